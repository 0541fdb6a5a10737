/** The table of a soak: what was tried, how often, and what fell, from the lines that `tests/support/soak.ts` records. */
import { relative } from 'node:path';
import { root } from './project.mjs';

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {string} [file] known once it has begun
 * @property {'declared' | 'begun' | 'ended'} state `begun`: it was not heard of again, so it crashed or took too long
 * @property {number} planned
 * @property {number} rounds
 * @property {number} [seed] of the first round
 * @property {readonly number[]} fallen seeds of rounds that failed
 * @property {number} seconds
 */

/** @param {string} record @returns {Check[]} in the order in which they were declared */
export function readChecks(record) {
  /** @type {Map<string, Check>} */
  const checks = new Map();
  // What comes after the last line's end is of a process that was ended while it wrote.
  for (const line of record.split('\n').slice(0, -1)) {
    const { check, state, seed, ...facts } = JSON.parse(line);
    const known = checks.get(check) ?? { state: 'declared', planned: 0, rounds: 0, fallen: [], seconds: 0 };
    if (state === 'fell') checks.set(check, { ...known, fallen: [...known.fallen, seed] });
    else if (state === 'going') checks.set(check, { ...known, ...facts });
    else checks.set(check, { ...known, ...facts, state, seed: seed ?? known.seed });
  }
  return [...checks.values()];
}

/**
 * @param {readonly Check[]} checks
 * @param {{ isWhole: boolean }} options whole: nothing was left out on purpose, so a check that never began has fallen
 * @returns {{ text: string, hasFallen: boolean }}
 */
export function soakTable(checks, { isWhole }) {
  const shown = checks
    .filter(({ state }) => isWhole || state !== 'declared')
    .toSorted((a, b) => pathOf(a).localeCompare(pathOf(b)));
  const header = ['Rounds', 'Failed', 'Seed', 'Seconds', ''];
  const numbers = shown.map(cellsOf);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...numbers.map((cells) => cells[column].length)),
  );
  // What is longest comes last, where it pushes nothing else aside.
  const line = (cells, last) =>
    [...cells.map((cell, column) => cell.padStart(widths[column])), last].join('  ').trimEnd();
  const rows = shown.flatMap((check, index) => {
    const isFirstOfFile = index === 0 || pathOf(check) !== pathOf(shown[index - 1]);
    return [...(isFirstOfFile ? ['', pathOf(check)] : []), line(numbers[index], shownName(check))];
  });
  const fallen = shown.filter((check) => verdict(check) !== 'ok');
  const rounds = shown.reduce((sum, check) => sum + check.rounds, 0);
  const again = fallen.flatMap((check) =>
    check.fallen.map(
      (seed) => `LATCHKEY_SEED=${seed} npx vitest run ${pathOf(check)}  # ${shownName(check)}`,
    ),
  );
  const text = [
    line(header, 'Check'),
    ...rows,
    '',
    ...(again.length > 0 ? ['What failed, again:', ...again, ''] : []),
    `${shown.length} checks, ${rounds} rounds, ${fallen.length} fallen`,
  ];
  return { text: text.join('\n'), hasFallen: fallen.length > 0 };
}

/** @param {Check} check */
function cellsOf(check) {
  const { state, rounds, planned, fallen, seed, seconds } = check;
  return [
    state === 'ended' && rounds === planned ? String(rounds) : `${rounds} of ${planned}`,
    String(fallen.length),
    String(seed ?? '–'),
    seconds.toFixed(1),
    verdict(check),
  ];
}

/** @param {Check} check */
function verdict({ state, fallen }) {
  if (state === 'declared') return 'NEVER BEGAN';
  if (fallen.length > 0) return 'FELL';
  return state === 'begun' ? 'DIED' : 'ok';
}

/** @param {Check} check */
function pathOf({ file }) {
  return file === undefined ? '(not begun)' : relative(root, file).replaceAll('\\', '/');
}

/** @param {Check} check */
function shownName({ name }) {
  return name.replaceAll(': > ', ': ').replaceAll(' > ', ' › ');
}
