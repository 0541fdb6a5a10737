/** A vault file whose writer is killed at any moment: what was acknowledged is there, and nothing is left over. */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SealedFileStore, sealedFileNames } from '../../../electron/vault/stores/sealed-file-store.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';
import { isSoak, roundsInTurn } from '../../support/soak.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const writer = new URL('../../support/sealed-file-process.ts', import.meta.url);

/** Gives the last round that was acknowledged. The kill comes at any point of a write: after some acknowledgements, and some microseconds. */
async function writeUntilKilled(args: readonly string[], random: SeededRandom): Promise<number> {
  const child = fork(writer, [...args], { stdio: 'ignore', execArgv: [] });
  const exited = once(child, 'exit');
  const kill = { after: random.integer(1, 12), microseconds: random.integer(0, 5000) };
  let last = -1;
  let count = 0;
  child.on('message', (round: number) => {
    last = round;
    if (++count !== kill.after) return;
    const until = performance.now() + kill.microseconds / 1000;
    while (performance.now() < until);
    child.kill('SIGKILL');
  });
  await exited;
  return last;
}

it(
  'keeps every acknowledged secret over kill -9, and nothing temporary',
  async () => {
    const [folder, passphrase] = [temporaryFolder(), randomBytes(12).toString('hex')];
    let acknowledged = -1;
    await roundsInTurn({ inTest: 50, inSoak: 2000 }, async (random) => {
      acknowledged = await writeUntilKilled([folder, passphrase, String(acknowledged + 1)], random);
      const store = await SealedFileStore.open(folder, passphrase);
      for (let back = 0; back < Math.min(7, acknowledged + 1); back++) {
        const wanted = acknowledged - back;
        const kept = Number(await store.read(`vault/${wanted % 7}`));
        // One write may have been done and not yet told.
        expect([wanted, wanted + 7]).toContain(kept);
      }
      expect(readdirSync(folder)).toEqual([sealedFileNames.current]);
    });
  },
  isSoak ? 60 * 60_000 : 5 * 60_000,
);
