/** The search of memory finds what a process holds, in whichever way it does, and says what it could not read. */
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { spawnNodeChild } from '../../../electron/processes/node-child.ts';
import type { ChildPort } from '../../../electron/processes/port.ts';
import type { ToHold } from '../../support/memory-holder.ts';
import { processTree, searchMemory, searchStartOf } from '../../support/process-memory.ts';
import { SecretSearch } from '../../support/secret-search.ts';
import { spellingsOf } from '../../support/secret-spellings.ts';

const holder = new URL('../../support/memory-holder.ts', import.meta.url);
const children: ChildPort[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill();
});

interface Holder {
  readonly child: ChildPort;
  readonly pid: number;
}

async function startHolder(way: ToHold['way'], forms: readonly Uint8Array[]): Promise<Holder> {
  const child = spawnNodeChild(holder, { name: 'holder', env: { LATCHKEY_TEST_VALUE: inEnvironment } });
  children.push(child);
  const isHeld = new Promise((resolve) => child.onMessage(resolve));
  child.send({ way, masked: forms.map((form) => form.map((byte) => byte ^ 0xff)) } satisfies ToHold);
  await isHeld;
  return { child, pid: child.pid ?? 0 };
}

const inEnvironment = randomBytes(20).toString('base64');
/** With characters that are written in another way in URLs and JSON. */
const control = {
  name: 'control',
  value: `${randomBytes(9).toString('base64')}"\\é&${randomBytes(9).toString('base64')}`,
};
const search = new SecretSearch([control]);
const spellings = spellingsOf(control);

describe.runIf(process.platform === 'linux')('the search of a process’s memory', () => {
  it.each(['Buffer', 'one-byte string', 'piece of a string'] as const)(
    'finds every spelling in a %s',
    async (way) => {
      const { pid } = await startHolder(
        way,
        spellings.map(({ bytes }) => bytes),
      );
      const { findings, readBytes, unread } = searchMemory(search, pid, 'the holder');
      const whole = findings.filter(({ isWhole }) => isWhole);
      expect(new Set(whole.map(({ spelling }) => spelling))).toEqual(
        new Set(spellings.map(({ name }) => name)),
      );
      expect(readBytes).toBeGreaterThan(20_000_000);
      expect(unread.filter((name) => !/^\[vvar/.test(name))).toEqual([]);
    },
  );

  it('finds a two-byte string', async () => {
    const { pid } = await startHolder('two-byte string', [Buffer.from(control.value, 'latin1')]);
    const { findings } = searchMemory(search, pid, 'the holder');
    const [found, ...others] = findings.map(({ spelling, isWhole }) => ({ spelling, isWhole }));
    expect(found).toEqual({ spelling: 'text, UTF-16', isWhole: true });
    // A collection may have moved it, and left the bytes where they were.
    for (const other of others) expect(other).toEqual(found);
  });

  it('finds both halves of a string that was put together', async () => {
    const { pid } = await startHolder('joined string', [Buffer.from(control.value, 'latin1')]);
    const { findings } = searchMemory(search, pid, 'the holder');
    expect(findings.map(({ isWhole }) => isWhole)).toEqual([false, false]);
  });

  it('finds nothing in a process that has something else', async () => {
    const { pid } = await startHolder('Buffer', [randomBytes(40)]);
    expect(searchMemory(search, pid, 'the holder').findings).toEqual([]);
  });

  it('throws when there is no such process any more', async () => {
    const { child, pid } = await startHolder('Buffer', []);
    const ended = new Promise((resolve) => child.onExit(resolve));
    child.kill();
    await ended;
    expect(() => searchMemory(search, pid, 'the holder')).toThrow('ENOENT');
  });

  it('sees the children of a process, and what they were started with', async () => {
    const { pid } = await startHolder('Buffer', []);
    const tree = processTree(process.pid);
    expect(tree.find((entry) => entry.pid === pid)).toMatchObject({ parent: process.pid });
    const started = new SecretSearch([{ name: 'started with', value: inEnvironment }]);
    expect(searchStartOf(started, pid, 'the holder').map(({ where }) => where)).toEqual([
      'the environ of the holder',
    ]);
  });
});
