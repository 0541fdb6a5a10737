/** Several starts on one data folder at once, and after owners that ended every way there is. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startServe, urlOf } from '../../support/programs.ts';
import { roundsInTurn } from '../../support/soak.ts';
import { Starter } from '../../support/starter.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const setAside = (folder: string) => readdirSync(folder).filter((name) => /unreadable|later/.test(name));

describe('starts at once', () => {
  it('make one owner each time, and hand the others over to it', { timeout: 60 * 60_000 }, async () => {
    let folder = join(temporaryFolder(), 'data');
    let contenders: Starter[] = [];
    await roundsInTurn({ inTest: 100, inSoak: 1000 }, async (random) => {
      const wanted = random.integer(2, 3);
      const missing = Array.from({ length: wanted - contenders.length }, () => Starter.ready());
      contenders = [...contenders, ...(await Promise.all(missing))].slice(
        0,
        Math.max(wanted, contenders.length),
      );
      const reports = await Promise.all(contenders.map((contender) => contender.start(folder)));

      const owners = contenders.filter((_, index) => reports[index]?.outcome === 'owner');
      expect(owners, JSON.stringify(reports)).toHaveLength(1);
      const [owner] = owners as [Starter];
      const url = `http://127.0.0.1:1/#ticket=of-${owner.pid}`;
      for (const report of reports) {
        if (report.outcome === 'owner') expect(report).toEqual({ outcome: 'owner', url, notices: [] });
        else expect(report).toEqual({ outcome: 'handedOver', pid: owner.pid, url });
      }
      expect(setAside(folder)).toEqual([]);

      if (random.fraction() < 0.5) {
        await owner.kill();
        contenders = contenders.filter((contender) => contender !== owner);
      } else {
        await owner.release();
        expect(readdirSync(folder).sort()).toEqual(['latchkey.db', 'latchkey.lock']);
      }
      // Mostly on what the last owner left.
      if (random.fraction() < 0.1) folder = join(temporaryFolder(), 'data');
    });
    await Promise.all(contenders.map((contender) => contender.kill()));
  });

  it('do so with the whole web host', { timeout: 60 * 60_000 }, async () => {
    const folder = join(temporaryFolder(), 'data');
    await roundsInTurn({ inTest: 4, inSoak: 40 }, async (_random, round) => {
      const both = [startServe(folder), startServe(folder)] as const;
      const second = await Promise.race(
        both.map(async (program) => {
          await program.ended;
          return program;
        }),
      );
      const owner = second === both[0] ? both[1] : both[0];
      expect(await second.ended, `round ${round}: ${second.complaints()}`).toBe(0);
      // Of one host, and a link for each.
      const [url, ownerUrl] = [await urlOf(second), await urlOf(owner)];
      expect(new URL(url).origin).toBe(new URL(ownerUrl).origin);
      expect(url).not.toBe(ownerUrl);
      expect(owner.complaints() + second.complaints()).toBe('');
      expect(setAside(folder)).toEqual([]);
      // Every other owner leaves its lock, its note and its socket behind.
      owner.signal(round % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
      await owner.ended;
      expect(existsSync(join(folder, 'latchkey.sock'))).toBe(round % 2 === 0);
    });
  });
});
