/** The leak sweep as a user runs it: on a repository that has lost a secret once. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './support/latchkey.ts';
import { choose } from './support/secrets.ts';
import { addApp, startServer } from './support/server.ts';

test.skip(({ hostKind }) => hostKind !== 'web', 'Paths are written where the host has no dialog.');

test('finds what a repository has lost, and leads to the rotation', async ({ latchkey: page }, testInfo) => {
  const { credentials } = await startServer();
  const { secret } = credentials;
  await addApp(page, { name: 'shop', credentials });
  const folder = testInfo.outputPath('project');
  mkdirSync(folder, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=n', '-c', 'user.email=e@example.test', ...args], {
      encoding: 'utf8',
    }).trim();
  git('init', '-q', '-b', 'main');
  writeFileSync(join(folder, '.env'), `A=1\nSECRET=${secret}\n`);
  git('add', '.');
  git('commit', '-qm', 'first');
  const commit = git('rev-parse', 'HEAD');
  writeFileSync(join(folder, '.env'), 'A=1\n');
  git('commit', '-qam', 'second');

  await choose(page, 'Look for leaked secrets');
  await page.getByLabel('Folder').fill(folder);
  await page.getByLabel('Folder').press('Enter');
  await expect(page.getByText('None of the secrets was found in what was looked at.')).toBeVisible();
  await expect(page.getByText(/^What git has kept .* was not looked at/)).toBeVisible();
  await page.getByRole('checkbox', { name: /git repositories/ }).check();
  await page.getByRole('button', { name: 'Sweep', exact: true }).click();
  await expect(page.getByText('1 secret found, in 1 place.')).toBeVisible();
  const row = page
    .getByRole('table', { name: /^Places of the/ })
    .getByRole('row')
    .nth(1);
  await expect(row).toContainText('.env');
  await expect(row).toContainText(commit.slice(0, 10));
  expect(await page.content()).not.toContain(secret);
  await page.getByRole('button', { name: 'Keys & rotation' }).click();
  await expect(page.getByRole('tab', { name: 'Keys & rotation', selected: true })).toBeVisible();
  // The report is still there.
  await choose(page, 'Look for leaked secrets');
  await expect(page.getByText('1 secret found, in 1 place.')).toBeVisible();
});

test('is cancelled, says what is wrong, and that there is nothing to look for', async ({
  latchkey: page,
}, testInfo) => {
  const folder = testInfo.outputPath('endless');
  mkdirSync(folder, { recursive: true });
  closeSync(openSync(join(folder, 'hole'), 'wx'));
  truncateSync(join(folder, 'hole'), 2 ** 42);
  await choose(page, 'Keep secrets for this session only');
  await expect(page.getByText('Vault unlocked')).toBeVisible();
  await choose(page, 'Look for leaked secrets');
  await page.getByRole('button', { name: 'Sweep', exact: true }).click();
  await expect(page.getByText('Name the folder to look in.')).toBeVisible();
  await page.getByLabel('Folder').fill(folder);
  await page.getByRole('button', { name: 'Sweep', exact: true }).click();
  await expect(page.getByText('There is no secret in the vault to look for.')).toBeVisible();

  const { credentials } = await startServer();
  await addApp(page, { name: 'shop', credentials });
  await choose(page, 'Look for leaked secrets');
  await page.getByRole('button', { name: 'Sweep', exact: true }).click();
  await expect(page.getByText(/^Sweeping: .* bytes, nothing found yet$/)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel the sweep' }).click();
  await expect(page.getByText('The sweep was cancelled.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sweep', exact: true })).toBeFocused();
  rmSync(folder, { recursive: true });
  await page.getByRole('button', { name: 'Sweep', exact: true }).click();
  await expect(page.getByText(/There is no such folder|A sweep is under way/)).toBeVisible();
});
