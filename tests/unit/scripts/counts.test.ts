/** `npm test` fails when anything did, also a runner that has nothing to say. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import {
  judged,
  playwrightCounts,
  playwrightProblems,
  secondTryProblems,
  skipLines,
  skippedTests,
  vitestCounts,
  vitestProblems,
} from '../../../scripts/lib/steps.mjs';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-counts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const vitestReport = (changes: object) => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...changes,
});

function judge(code: number, report: unknown, read: (report: never) => unknown = vitestCounts) {
  const file = join(folder, 'report.json');
  writeFileSync(file, typeof report === 'string' ? report : JSON.stringify(report));
  return judged(code, file, read);
}

describe('the counts of a test runner', () => {
  it('are the runner’s own', () => {
    const report = vitestReport({ numPassedTests: 3, numPendingTests: 1, numTodoTests: 1 });
    expect(judge(0, report)).toEqual({ passed: 3, failed: 0, skipped: 2 });
  });

  it('have a failure for a file that could not be loaded', () => {
    const broken = { status: 'failed', assertionResults: [] };
    const report = vitestReport({ numPassedTests: 3, testResults: [broken] });
    expect(judge(1, report)).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });

  it('count a file with failed tests by its tests', () => {
    const file = { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'failed' }] };
    expect(judge(1, vitestReport({ numFailedTests: 2, testResults: [file] })).failed).toBe(2);
  });

  it('have a failure when every test passed and the runner failed', () => {
    expect(judge(1, vitestReport({ numPassedTests: 3 }))).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });

  it('have a failure when there was no test at all', () => {
    expect(judge(0, vitestReport({}))).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it.each([
    ['an unfinished report', '{"numPassed'],
    ['an empty report', ''],
  ])('are one failure after %s', (_, text) => {
    vi.spyOn(console, 'log').mockReturnValueOnce(undefined);
    expect(judge(0, text)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('take a test that passes at its second try for a passed one', () => {
    const report = { stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 2 }, errors: [] };
    expect(judge(1, report, playwrightCounts)).toEqual({ passed: 5, failed: 1, skipped: 2 });
  });

  it('name what failed, and what needed a second try', () => {
    const test = (status: string, ...messages: (string | undefined)[]) => ({
      status,
      projectName: 'web',
      results: messages.map((message) => (message === undefined ? {} : { error: { message } })),
    });
    const specs = [
      {
        file: 'log.spec.ts',
        line: 3,
        title: 'shows it',
        tests: [test('unexpected', '\u001b[31mno row\nat 1')],
      },
      { file: 'log.spec.ts', line: 9, title: 'hides it', tests: [test('flaky', 'a row', undefined)] },
      { file: 'log.spec.ts', line: 20, title: 'is quick', tests: [test('expected', undefined)] },
    ];
    expect(playwrightProblems([{ suites: [{ specs }] }])).toEqual([
      'failed: log.spec.ts:3 [web] · shows it · no row',
      'passed at the second try: log.spec.ts:9 [web] · hides it · a row',
    ]);
    const assertionResults = [
      { status: 'failed', fullName: 'a log is read', failureMessages: ['expected 1\nat 1'] },
      { status: 'passed', fullName: 'a log is kept', failureMessages: [] },
    ];
    expect(
      vitestProblems({
        testResults: [
          { name: join(process.cwd(), 'tests/a.test.ts'), status: 'failed', message: '', assertionResults },
          { name: 'tests/b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
        ],
      }),
    ).toEqual([
      'failed: tests/a.test.ts · a log is read · expected 1',
      'failed: tests/b.test.ts · no such module',
    ]);
  });

  it('name what needed a second try in Vitest', () => {
    const path = join(folder, 'second-tries.ndjson');
    expect(secondTryProblems(path)).toEqual([]);
    const line = { name: 'tests/a.test.ts', title: 'a log is read', message: 'expected 1\nat 1' };
    writeFileSync(path, `${JSON.stringify(line)}\n`);
    expect(secondTryProblems(path)).toEqual([
      'passed at the second try: tests/a.test.ts · a log is read · expected 1',
    ]);
  });

  it('come with the reason why a test was skipped', () => {
    const annotations = [{ type: 'skip', description: 'There is no display.' }];
    const specs = [{ title: 'opens a window', tests: [{ annotations }] }];
    expect(skippedTests([{ suites: [{ specs }] }])).toEqual([
      { title: 'opens a window', reason: 'There is no display.' },
    ]);
  });

  it('say each reason once', () => {
    const skipped = ['opens a window', 'closes it', 'needs macOS'].map((title, index) => ({
      title,
      reason: index < 2 ? 'There is no display.' : 'This is Linux.',
    }));
    expect(skipLines(skipped)).toEqual([
      'Skipped: 2 tests. There is no display.',
      'Skipped: needs macOS. This is Linux.',
    ]);
  });
});
