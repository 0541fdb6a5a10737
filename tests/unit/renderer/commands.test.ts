import { describe, expect, it } from 'vitest';
import { type Command, CommandRegistry } from '../../../renderer/commands/registry.ts';
import { isSingleKey, matchesShortcut, shortcutKeys } from '../../../renderer/commands/shortcut.ts';
import { rankCommands } from '../../../renderer/shell/rank.ts';

function command(id: string, changes: Partial<Command> = {}): Command {
  return { id, title: id, group: 'Test', run: () => undefined, ...changes };
}

function start() {
  const failures: unknown[] = [];
  return { failures, registry: new CommandRegistry((_command, error) => failures.push(error)) };
}

describe('the command registry', () => {
  it('runs a command by its id', () => {
    const { registry } = start();
    const ran: string[] = [];
    registry.register([command('a', { run: () => void ran.push('a') }), command('b')]);
    expect(registry.run('a')).toBe(true);
    expect(ran).toEqual(['a']);
  });

  it('does not run what is unknown or not available', () => {
    const { registry } = start();
    let isReady = false;
    registry.register([command('a', { isAvailable: () => isReady })]);
    expect(registry.run('a')).toBe(false);
    expect(registry.run('nothing')).toBe(false);
    isReady = true;
    expect(registry.run('a')).toBe(true);
  });

  it('lets a newer command of the same id stand in, and gives the place back', () => {
    const { registry } = start();
    registry.register([command('a', { title: 'old' })]);
    const stop = registry.register([command('a', { title: 'new' })]);
    expect(registry.list().map((each) => each.title)).toEqual(['new']);
    stop();
    expect(registry.list().map((each) => each.title)).toEqual(['old']);
  });

  it('gives the same list until something changes, and says when it does', () => {
    const { registry } = start();
    let changes = 0;
    registry.subscribe(() => changes++);
    const before = registry.list();
    expect(registry.list()).toBe(before);
    registry.register([command('a')]);
    expect(registry.list()).not.toBe(before);
    expect(changes).toBe(1);
  });

  it('reports what a command throws, at once or later', async () => {
    const { registry, failures } = start();
    const [now, later] = [new Error('now'), new Error('later')];
    registry.register([
      command('a', {
        run: () => {
          throw now;
        },
      }),
      command('b', { run: () => Promise.reject(later) }),
    ]);
    registry.run('a');
    registry.run('b');
    await Promise.resolve();
    await Promise.resolve();
    expect(failures).toEqual([now, later]);
  });
});

describe('shortcuts', () => {
  const press = (
    key: string,
    modifiers: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', true>> = {},
  ) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...modifiers,
  });

  it('take Mod as the platform’s own key', () => {
    expect(matchesShortcut('Mod+K', press('k', { ctrlKey: true }), false)).toBe(true);
    expect(matchesShortcut('Mod+K', press('k', { metaKey: true }), true)).toBe(true);
    expect(matchesShortcut('Mod+K', press('k', { ctrlKey: true }), true)).toBe(false);
    expect(matchesShortcut('Mod+K', press('k'), false)).toBe(false);
  });

  it('ask for Shift with letters, and leave it to the keyboard with signs', () => {
    expect(matchesShortcut('Shift+G', press('G', { shiftKey: true }), false)).toBe(true);
    expect(matchesShortcut('j', press('J', { shiftKey: true }), false)).toBe(false);
    expect(matchesShortcut('?', press('?', { shiftKey: true }), false)).toBe(true);
    expect(matchesShortcut('/', press('/'), false)).toBe(true);
  });

  it('know the space bar', () => {
    expect(matchesShortcut('Space', press(' '), false)).toBe(true);
  });

  it('are drawn as the platform writes them', () => {
    expect(shortcutKeys('Mod+Shift+L', true)).toEqual(['⌘', '⇧', 'L']);
    expect(shortcutKeys('Mod+K', false)).toEqual(['Ctrl', 'K']);
    expect(shortcutKeys('Escape', false)).toEqual(['Esc']);
  });

  it('are single keys without Ctrl, ⌘ and Alt', () => {
    expect(['/', 'j', 'Shift+G', 'Space'].every(isSingleKey)).toBe(true);
    expect(isSingleKey('Mod+K')).toBe(false);
  });
});

describe('finding a command', () => {
  const all = [
    { title: 'Add app', group: 'Apps' },
    { title: 'Go to Publish', group: 'Views' },
    { title: 'Lock vault', group: 'Vault', keywords: 'secrets' },
    { title: 'Pause', group: 'Inspector' },
  ];
  const find = (query: string) => rankCommands(all, query).map((each) => each.title);

  it('shows all, in order, when nothing is asked', () => {
    expect(find(' ')).toEqual(all.map((each) => each.title));
  });

  it('prefers the beginning of the title, then of a word, then letters in order', () => {
    expect(find('p')[0]).toBe('Pause');
    expect(find('pub')).toEqual(['Go to Publish']);
    expect(find('lv')).toEqual(['Lock vault']);
  });

  it('finds by keywords', () => {
    expect(find('secr')).toEqual(['Lock vault']);
  });

  it('finds nothing for what is not there', () => {
    expect(find('zzz')).toEqual([]);
  });
});
