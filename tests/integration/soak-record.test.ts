/** What `inRounds` records when checks of a real Vitest run pass, fail, hang, crash, or are never reached. */
import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readChecks } from '../../scripts/lib/soak-table.mjs';
import { temporaryFolder } from '../support/temporary.ts';

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const checks = `
import { beforeAll, describe } from 'vitest';
import { inRounds } from '${new URL('../support/soak.ts', import.meta.url).href}';
const counts = { inTest: 5, inSoak: 50 };
let round = 0;
inRounds('passes', counts, (random) => { random.fraction(); });
inRounds('fails twice', counts, (random) => { if (++round % 2 === 0) throw new Error('told to'); });
inRounds('hangs', { ...counts, timeoutMs: 100 }, () => new Promise(() => {}));
describe('a group that can’t begin', () => {
  beforeAll(() => { throw new Error('told to'); });
  inRounds('is never reached', counts, () => {});
});
inRounds('crashes', counts, () => process.kill(process.pid, 'SIGKILL'));
`;

it('tells each apart', () => {
  const folder = temporaryFolder();
  symlinkSync(fromRoot('node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'checks.test.ts'), checks);
  const record = join(folder, 'record.ndjson');
  const run = spawnSync(
    process.execPath,
    [fromRoot('node_modules/vitest/vitest.mjs'), 'run', '--root', folder, '--pool', 'forks'],
    { env: { ...process.env, LATCHKEY_SOAK: '0', LATCHKEY_SOAK_RECORD: record, LATCHKEY_SEED: '70' } },
  );
  expect(run.status).not.toBe(0);
  const states = readChecks(readFileSync(record, 'utf8')).map(({ name, state, rounds, fallen, seed }) => [
    name.split(' > ').at(-1),
    state,
    rounds,
    fallen,
    seed,
  ]);
  expect(states).toEqual([
    ['passes', 'ended', 5, [], 70],
    ['fails twice', 'ended', 5, [71, 73], 70],
    ['hangs', 'begun', 0, [], 70],
    ['crashes', 'begun', 0, [], 70],
    ['is never reached', 'declared', 0, [], undefined],
  ]);
  expect(run.stderr.toString()).toContain('The round with LATCHKEY_SEED=71 failed: told to');
});
