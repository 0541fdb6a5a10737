/** The soak's table tells of every check that was declared, and how it ended. */
import { describe, expect, it } from 'vitest';
import { readChecks, soakTable } from '../../../scripts/lib/soak-table.mjs';

const file = '/elsewhere/some.test.ts';
const recordOf = (...lines: object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
const declared = { check: '1', state: 'declared', name: 'holds' };
const begun = { check: '1', state: 'begun', name: 'a room > holds', file, seed: 40, planned: 3 };
const ended = { check: '1', state: 'ended', rounds: 3, seconds: 1.25 };

function tableOf(record: string, isWhole = true) {
  const { text, hasFallen } = soakTable(readChecks(record), { isWhole });
  return { text, hasFallen, row: text.split('\n').find((line) => line.endsWith('holds')) };
}

describe('the table of a soak', () => {
  it('shows a check that did all of its rounds, with its seed', () => {
    const { row, text, hasFallen } = tableOf(recordOf(declared, begun, ended));
    expect(row).toMatch(/^ +3 +0 +40 +1\.3 +ok +a room › holds$/);
    expect(text).toMatch(/1 checks, 3 rounds, 0 fallen$/);
    expect(hasFallen).toBe(false);
  });

  it('counts failed rounds, and says how to make each again', () => {
    const { row, text, hasFallen } = tableOf(
      recordOf(declared, begun, { check: '1', state: 'fell', seed: 42 }, ended),
    );
    expect(row).toMatch(/^ +3 +1 +40 +1\.3 +FELL /);
    expect(text).toMatch(/LATCHKEY_SEED=42 npx vitest run .*some\.test\.ts/);
    expect(hasFallen).toBe(true);
  });

  it('shows how far a check came that crashed or took too long', () => {
    const going = { check: '1', state: 'going', rounds: 2, seconds: 1 };
    const { row, hasFallen } = tableOf(`${recordOf(declared, begun, going)}{"check":"1","sta`);
    expect(row).toMatch(/^2 of 3 +0 +40 +1\.0 +DIED /);
    expect(hasFallen).toBe(true);
  });

  it('shows a check that never began, unless some were left out on purpose', () => {
    expect(tableOf(recordOf(declared)).row).toMatch(/NEVER BEGAN +holds$/);
    expect(tableOf(recordOf(declared)).hasFallen).toBe(true);
    expect(tableOf(recordOf(declared), false)).toMatchObject({ row: undefined, hasFallen: false });
  });
});
