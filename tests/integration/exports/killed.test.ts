/** A file of the user's whose writer is killed at any moment is whole or what it was, and the next start leaves nothing beside it. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Database, Preferences } from '../../../electron/storage/index.ts';
import { UserFiles } from '../../../electron/user-files/index.ts';
import { KilledProcess } from '../../support/killed-process.ts';
import { isSoak, roundsInTurn } from '../../support/soak.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { contentOf, type FilesToWrite, fileNames } from '../../support/user-file-process.ts';

const entry = new URL('../../support/user-file-process.ts', import.meta.url);

it(
  'is whole over kill -9, and nothing temporary outlives the next start',
  async () => {
    const [dataFolder, folder] = [temporaryFolder(), temporaryFolder()];
    let nextRound = 0;
    let leftBehind = 0;
    await roundsInTurn({ inTest: 15, inSoak: 1000 }, async (random) => {
      const argument: FilesToWrite = { dataFolder, folder, firstRound: nextRound };
      const child = await KilledProcess.start<number>({ entry, argument });
      const after = random.integer(1, 6);
      let count = 0;
      const told = await child.goUntilKilled({ isTime: () => ++count === after, withinMs: 12, random });
      const last = told.at(-1) ?? nextRound - 1;
      for (const [index, name] of fileNames.entries()) {
        const path = join(folder, name);
        if (!existsSync(path)) continue;
        const text = readFileSync(path, 'utf8');
        const round = Number(text.slice(0, 9));
        expect(text === contentOf(round), `${name} is whole`).toBe(true);
        expect(round % fileNames.length).toBe(index);
        // The one after the last that was told may be there, and no older one than was told.
        expect(round).toBeLessThanOrEqual(last + 1);
        expect(round).toBeGreaterThan(last - fileNames.length);
        expect(statSync(path).mode & 0o777).toBe(0o600);
      }
      const others = readdirSync(folder).filter((name) => !fileNames.some((known) => known === name));
      for (const name of others) expect(name).toMatch(/^\.latchkey-[0-9a-f]{16}\.part$/);
      expect(others.length).toBeLessThanOrEqual(1);
      leftBehind += others.length;
      const database = await Database.open(dataFolder);
      const fail = (error: unknown) => {
        throw error;
      };
      await new UserFiles(new Preferences(database), dataFolder, fail).removeLeftovers();
      database.close();
      const known: readonly string[] = fileNames;
      expect(readdirSync(folder).filter((name) => !known.includes(name))).toEqual([]);
      nextRound = last + 1;
    });
    // Otherwise no kill has come in the middle of a file, and nothing was shown.
    expect(leftBehind).toBeGreaterThan(0);
  },
  isSoak ? 60 * 60_000 : 5 * 60_000,
);
