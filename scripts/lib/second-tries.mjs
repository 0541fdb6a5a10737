/** A reporter of Vitest: tests that passed at their second try only, a line each in the file of the environment. */
import { appendFileSync } from 'node:fs';

const path = process.env.LATCHKEY_SECOND_TRIES;

export default class SecondTries {
  /** @param {import('vitest/node').TestCase} testCase */
  onTestCaseResult(testCase) {
    if (path === undefined || !testCase.diagnostic()?.flaky) return;
    const [error] = testCase.result().errors ?? [];
    const line = { name: testCase.module.moduleId, title: testCase.fullName, message: error?.message };
    appendFileSync(path, `${JSON.stringify(line)}\n`);
  }
}
