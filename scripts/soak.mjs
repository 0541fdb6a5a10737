/**
 * `npm run soak`: the randomised and crash checks with their full counts, and at the end a table of what was tried, how
 * often, and what fell. Takes as long as it takes. Arguments go to Vitest, such as `-t NAME`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endOnSignals, runNode } from './lib/processes.mjs';
import { inRoot, prepare, tool } from './lib/project.mjs';
import { readChecks, soakTable } from './lib/soak-table.mjs';

await prepare();
endOnSignals((signal) => (signal === 'SIGINT' ? 130 : 143));
const folder = mkdtempSync(join(tmpdir(), 'latchkey-soak-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
const record = join(folder, 'record.ndjson');
writeFileSync(record, '');

const rest = process.argv.slice(2);
const env = { LATCHKEY_SOAK: '1', LATCHKEY_SOAK_RECORD: record };
const code = await runNode([tool('vitest'), 'run', '--maxWorkers=100%', ...checkedFiles(), ...rest], { env });
const { text, hasFallen } = soakTable(readChecks(readFileSync(record, 'utf8')), {
  isWhole: rest.length === 0,
});
console.log(`\n${text}`);
if (code !== 0 && !hasFallen) console.log('Something other than a check failed: see above.');
process.exit(code === 0 && !hasFallen ? 0 : 1);

/** The test files that have such checks. */
function checkedFiles() {
  return readdirSync(inRoot('tests'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path, 'utf8').includes('support/soak.ts'));
}
