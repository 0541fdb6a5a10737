/** The steps of `npm test` and `npm run check`. Each tells what passed, failed and was skipped; none stops the rest. */
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { build } from './build.mjs';
import { findCommand } from './chromium.mjs';
import { run, runNode } from './processes.mjs';
import { inRoot, tool } from './project.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number, problems?: readonly string[] }} Counts
 *   `problems`: a line for each test that failed, or needed a second try
 * @typedef {{ folder: string, environment: Record<string, string>, deadlineMs: () => number }} Context
 * @typedef {{ name: string, title: string, run: (context: Context) => Promise<Counts> }} Step
 */

const typeProjects = ['shared', 'electron', 'renderer', 'tests'];

/** @type {Step[]} */
export const steps = [
  {
    name: 'lint',
    title: 'Format and lint',
    run: commandStep(() => [[tool('@biomejs/biome', 'biome'), 'ci']]),
  },
  {
    name: 'types',
    title: 'Types',
    run: commandStep(() => typeProjects.map((project) => [tool('typescript', 'tsc'), '-p', project])),
  },
  {
    name: 'boundaries',
    title: 'Boundaries',
    run: commandStep(() => [[inRoot('scripts/check-boundaries.mjs')]]),
  },
  { name: 'unit', title: 'Unit tests and vectors', run: vitestStep('unit', ['tests/unit', 'tests/vectors']) },
  {
    name: 'integration',
    title: 'Conformance and integration tests',
    run: vitestStep('integration', ['tests/conformance', 'tests/integration']),
  },
  { name: 'build', title: 'Build', run: async () => counted(await build()) },
  {
    name: 'e2e',
    title: 'End-to-end tests',
    run: playwrightStep('e2e', ['web', 'stand-in', 'stand-in errands']),
  },
  {
    name: 'electron',
    title: 'The same, in Electron',
    run: playwrightStep('electron', ['electron', 'electron window']),
  },
];

/** @param {boolean} isPassed @returns {Counts} */
export function counted(isPassed) {
  return { passed: isPassed ? 1 : 0, failed: isPassed ? 0 : 1, skipped: 0 };
}

/** Runs every command, also after one that failed: one passed or failed step. */
function commandStep(commands) {
  return async ({ environment, deadlineMs }) => {
    let isPassed = true;
    for (const args of commands())
      if ((await runNode(args, { env: environment, deadlineMs: deadlineMs() })) !== 0) isPassed = false;
    return counted(isPassed);
  };
}

function vitestStep(name, folders) {
  return async ({ folder, environment, deadlineMs }) => {
    const file = join(folder, `${name}.json`);
    const secondTries = join(folder, `${name}-second-tries.ndjson`);
    const reporters = [
      '--reporter=default',
      `--reporter=${inRoot('scripts/lib/second-tries.mjs')}`,
      '--reporter=json',
      `--outputFile.json=${file}`,
    ];
    const args = [tool('vitest'), 'run', ...folders, '--retry=1', ...reporters];
    const env = { ...environment, LATCHKEY_SECOND_TRIES: secondTries };
    const code = await runNode(args, { env, deadlineMs: deadlineMs() });
    return judged(code, file, (report) => ({
      ...vitestCounts(report),
      problems: [...vitestProblems(report), ...secondTryProblems(secondTries)],
    }));
  };
}

/** @param {string} name @param {readonly string[]} projects of playwright.config.ts */
function playwrightStep(name, projects) {
  return async ({ folder, environment, deadlineMs }) => {
    const file = join(folder, `${name}.json`);
    const env = { ...environment, LATCHKEY_E2E_REPORT: file };
    const args = [
      tool('@playwright/test', 'playwright'),
      'test',
      ...projects.map((each) => `--project=${each}`),
    ];
    const needsDisplay = process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
    const display = needsDisplay && findCommand('xauth') ? findCommand('xvfb-run') : undefined;
    const options = { env, deadlineMs: deadlineMs() };
    const code = display
      ? await run(display, ['-a', process.execPath, ...args], options)
      : await runNode(args, options);
    return judged(code, file, (report) => {
      for (const line of skipLines(skippedTests(report.suites))) console.log(line);
      return { ...playwrightCounts(report), problems: playwrightProblems(report.suites) };
    });
  };
}

/** One line for each reason. @param {readonly { title: string, reason: string }[]} skipped */
export function skipLines(skipped) {
  const titles = Map.groupBy(skipped, ({ reason }) => reason);
  return [...titles].map(([reason, [first, ...more]]) =>
    more.length === 0
      ? `Skipped: ${first?.title}. ${reason}`
      : `Skipped: ${more.length + 1} tests. ${reason}`,
  );
}

/** The list reporter names what it skips, and not why. */
export function skippedTests(suites = []) {
  return suites.flatMap(({ specs = [], suites: inner }) => [
    ...specs.flatMap(({ title, tests }) =>
      tests
        .flatMap(({ annotations }) => annotations)
        .filter(({ type, description }) => type === 'skip' && description)
        .map(({ description }) => ({ title, reason: description })),
    ),
    ...skippedTests(inner),
  ]);
}

/**
 * A runner that failed without a failed test (a crash, an unhandled rejection, no tests at all) is a failure.
 * @returns {Counts}
 */
export function judged(code, file, read) {
  let counts;
  try {
    counts = read(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    console.log(code === 124 ? 'The tests did not end in time.' : 'The test runner ended without a report.');
    return counted(false);
  }
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  if (counts.passed + counts.failed + counts.skipped === 0) counts.failed = 1;
  return counts;
}

export function vitestCounts(report) {
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

export function playwrightCounts({ stats, errors = [] }) {
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped,
  };
}

/** Repeated below everything else, where they are not lost among the lines of the tests that passed. */
export function vitestProblems({ testResults }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((result) => result.status === 'failed');
    if (status === 'failed' && failed.length === 0) return [problem('failed', name, '', message)];
    return failed.map(({ fullName, failureMessages }) =>
      problem('failed', name, fullName, failureMessages?.[0]),
    );
  });
}

/** @param {string} path what the reporter `second-tries.mjs` wrote, if there was anything */
export function secondTryProblems(path) {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ name, title, message }) => problem('passed at the second try', name, title, message));
}

/** A test that passes at its second try has passed, and is named all the same: it, or the app, has a fault. */
export function playwrightProblems(suites = []) {
  return suites.flatMap(({ specs = [], suites: inner }) => [
    ...specs.flatMap(({ file, line, title, tests }) =>
      tests
        .filter(({ status }) => status === 'unexpected' || status === 'flaky')
        .map(({ status, projectName, results }) => {
          const failure = results.find(({ error }) => error)?.error;
          const outcome = status === 'flaky' ? 'passed at the second try' : 'failed';
          return problem(outcome, `${file}:${line} [${projectName}]`, title, failure?.message);
        }),
    ),
    ...playwrightProblems(inner),
  ]);
}

function problem(outcome, place, title, message = '') {
  const reason = stripVTControlCharacters(message).trim().split('\n', 1)[0];
  const where = isAbsolute(place) ? relative(inRoot('.'), place) : place;
  return [`${outcome}: ${where}`, title, reason].filter(Boolean).join(' · ');
}
