/** What becomes of a secret on the clipboard, with timers that the test runs. */
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { beforeEach, expect, it } from 'vitest';
import { CopiedSecret, copiedForMs } from '../../../electron/vault/copied-secret.ts';
import { MemoryClipboard } from '../../support/memory-clipboard.ts';

let clipboard: MemoryClipboard;
let timers: { readonly delayMs: number; readonly call: () => void }[];
let ended: string[];
let problems: unknown[];
let copied: CopiedSecret;

beforeEach(() => {
  clipboard = new MemoryClipboard();
  timers = [];
  ended = [];
  problems = [];
  copied = new CopiedSecret({
    clipboard,
    onEnded: (how) => ended.push(how),
    onProblem: (error) => problems.push(error),
    later: (delayMs, call) => {
      const timer = { delayMs, call };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
  });
});

const newSecret = () => randomBytes(20).toString('hex');

/** Lets the time go by, and what that leads to happen. */
async function afterItsTime(): Promise<void> {
  for (const { call } of timers) call();
  await copied.clear();
}

it('is taken off after its time', async () => {
  const value = newSecret();
  await copied.copy(value);
  expect(clipboard.text).toBe(value);
  expect(timers.map(({ delayMs }) => delayMs)).toEqual([copiedForMs]);
  await afterItsTime();
  expect(clipboard.text).toBe('');
  expect(ended).toEqual(['cleared']);
});

it('is left alone once something else was copied', async () => {
  await copied.copy(newSecret());
  clipboard.text = 'something of the user’s';
  await afterItsTime();
  expect(clipboard.text).toBe('something of the user’s');
  expect(ended).toEqual(['replaced']);
});

it('is taken off earlier when it is told to, and not again', async () => {
  await copied.copy(newSecret());
  await copied.clear();
  expect(timers).toEqual([]);
  clipboard.text = 'later';
  await copied.clear();
  expect(clipboard.text).toBe('later');
  expect(ended).toEqual(['cleared']);
});

it('has its whole time when it is copied again, and is taken off when another was', async () => {
  const [first, second] = [newSecret(), newSecret()];
  await copied.copy(first);
  const [early] = timers;
  await copied.copy(second);
  expect(timers).toHaveLength(1);
  expect(timers[0]).not.toBe(early);
  await afterItsTime();
  expect(clipboard.text).toBe('');
});

it('is not lost to a clearing that was under way when it was copied', async () => {
  await copied.copy(newSecret());
  const second = newSecret();
  await Promise.all([copied.clear(), copied.copy(second)]);
  expect(clipboard.text).toBe(second);
  await afterItsTime();
  expect(clipboard.text).toBe('');
});

it('says so when the clipboard can’t be cleared, and when it did not take it', async () => {
  const value = newSecret();
  await copied.copy(value);
  clipboard.failure = new Error('held by another program');
  await afterItsTime();
  expect(ended).toEqual(['left']);
  await expect(copied.copy(value)).rejects.toMatchObject({ code: 'refused', retryable: true });
  expect(problems).toEqual([clipboard.failure, clipboard.failure]);
});

it('is not kept', async () => {
  const value = newSecret();
  await copied.copy(value);
  clipboard.text = '';
  expect(inspect(copied, { depth: Infinity, showHidden: true })).not.toContain(value);
});
