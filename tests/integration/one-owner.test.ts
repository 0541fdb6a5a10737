/** Several processes that open one data folder at once. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import type { ChildPort } from '../../electron/processes/port.ts';
import { Database } from '../../electron/storage/index.ts';
import { temporaryFolder } from '../support/temporary.ts';

const entry = new URL('../support/database-process.ts', import.meta.url);
const contenders = 6;

interface Outcome {
  readonly outcome: string;
  readonly notices: readonly string[];
}

const next = <T>(child: ChildPort) =>
  new Promise<T>((resolve) => {
    const stop = child.onMessage((message) => {
      stop();
      resolve(message as T);
    });
  });

/** All of them are started, and only then told to open it. The owner is killed at the end: it closes nothing. */
async function race(folder: string): Promise<Outcome[]> {
  const children = Array.from({ length: contenders }, () => spawnNodeChild(entry, { name: 'contender' }));
  const exits = children.map((child) => new Promise((resolve) => child.onExit(resolve)));
  await Promise.all(children.map((child) => next(child)));
  const outcomes = children.map((child) => next<Outcome>(child));
  for (const child of children) child.send(folder);
  const ended = await Promise.all(outcomes);
  for (const child of children) child.kill();
  await Promise.all(exits);
  return ended;
}

const oneOwner = ['owner', ...Array.from({ length: contenders - 1 }, () => 'conflict')].sort();
const outcomesOf = (ended: readonly Outcome[]) => ended.map(({ outcome }) => outcome).sort();
const setAside = (folder: string) => readdirSync(folder).filter((name) => /unreadable|later/.test(name));

describe('a data folder that several processes open at once', () => {
  it('has one owner each time: when it is new, and after an owner that was killed', async () => {
    const folder = join(temporaryFolder(), 'new');
    for (let round = 0; round < 4; round++) {
      const ended = await race(folder);
      expect(outcomesOf(ended), `round ${round}`).toEqual(oneOwner);
      expect(ended.flatMap(({ notices }) => notices)).toEqual([]);
      expect(setAside(folder)).toEqual([]);
    }
    const afterwards = await Database.open(folder);
    expect(afterwards.notices).toEqual([]);
    afterwards.close();
  });

  it('is set aside once when it is damaged, by its one owner', async () => {
    for (let round = 0; round < 2; round++) {
      const folder = join(temporaryFolder(), 'damaged');
      mkdirSync(folder);
      writeFileSync(
        join(folder, 'latchkey.db'),
        'not a database, and longer than the header of one'.repeat(40),
      );
      const ended = await race(folder);
      expect(outcomesOf(ended), `round ${round}`).toEqual(oneOwner);
      expect(ended.flatMap(({ notices }) => notices)).toHaveLength(1);
      expect(setAside(folder)).toHaveLength(1);
    }
  });
});
