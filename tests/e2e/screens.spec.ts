/** Every screen in both themes and three widths: no error in the console, nothing wider than the window, WCAG AA. */

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { providers } from '../../electron/providers/index.ts';
import { expect, openSandbox, rowsWith, test } from './support/latchkey.ts';
import { look, lookSlowly, themes } from './support/look.ts';
import { fillWith200 } from './support/many.ts';
import { choose, openPalette } from './support/secrets.ts';
import { addApp, startServer } from './support/server.ts';

test('every screen, empty', async ({ latchkey: page }, testInfo) => {
  test.setTimeout(180_000);
  const outputPath = (name: string) => testInfo.outputPath(name);
  await look(page, 'first-start', outputPath);
  await page.getByRole('button', { name: 'Add an app' }).click();
  await page.getByRole('button', { name: 'Add and connect' }).click();
  await look(page, 'add-app-with-mistakes', outputPath);
  for (const screen of ['Sandbox', 'Settings', 'Vault']) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('navigation', { name: 'Apps' }).getByRole('button', { name: screen }).click();
    await look(page, screen.toLowerCase(), outputPath);
  }
  await page.getByRole('button', { name: 'Audit log' }).click();
  await expect(page.getByText('Nothing has happened yet')).toBeVisible();
  await look(page, 'audit-log-empty', outputPath);
});

test('every screen of an app, with traffic', async ({ latchkey: page }, testInfo) => {
  const outputPath = (name: string) => testInfo.outputPath(name);
  test.setTimeout(180_000);
  await openSandbox(page);
  await look(page, 'inspector-empty', outputPath);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'Start demo traffic' }).click();
  const order = rowsWith(page, 'order.').first();
  await order.click();
  await order.press('Enter');
  for (const tab of ['Inspector', 'Channels', 'Presence', 'Publish', 'Keys & rotation']) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('tab', { name: tab }).click();
    await look(page, tab.toLowerCase().replaceAll(/\W+/g, '-'), outputPath);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'Connected. Show the connections' }).click();
  await page.getByRole('button', { name: 'Open another connection' }).click();
  await expect(page.getByRole('heading', { name: 'Connection 2' })).toBeVisible();
  await look(page, 'connections', outputPath);
});

test('every kind of service, on its way in and on its screen', async ({ latchkey: page }, testInfo) => {
  const outputPath = (name: string) => testInfo.outputPath(name);
  test.setTimeout(240_000);
  const wide = () => page.setViewportSize({ width: 1440, height: 900 });
  await choose(page, 'Keep secrets for this session only');
  for (const { providerId, label, fields } of providers.filter(({ hasChannels }) => !hasChannels)) {
    await wide();
    await choose(page, `Add ${label}`);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await look(page, `add-${providerId}-with-mistakes`, outputPath);
    await wide();
    await page.getByLabel('Name', { exact: true }).fill(`our ${label}`);
    for (const field of fields.filter(({ isSecret, isRequired }) => isRequired && !isSecret)) {
      if (field.format.kind !== 'choice')
        await page.getByLabel(field.label, { exact: true }).fill('x'.repeat(22));
      else await page.getByRole('radiogroup', { name: field.label }).getByRole('radio').first().click();
    }
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(page.getByRole('heading', { name: `our ${label}` })).toBeVisible();
    await look(page, `service-${providerId}-empty`, outputPath);
  }
  await wide();
  await page.getByRole('button', { name: 'our Airship' }).click();
  await page.getByRole('button', { name: 'Enter the bearer token' }).click();
  await page.getByLabel('Bearer token', { exact: true }).fill(randomBytes(20).toString('hex'));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('list', { name: 'Bearer token' })).toBeVisible();
  await choose(page, 'Add another bearer token');
  await page.getByLabel('Another bearer token').fill('too short to be told from ');
  await look(page, 'service-airship-adding', outputPath);
  await wide();
  await choose(page, 'Lock vault');
  await page.getByRole('button', { name: 'Lock and forget' }).click();
  await expect(page.getByText('Vault locked')).toBeVisible();
  await look(page, 'service-airship-locked', outputPath);
});

test('many pairs of one app', async ({ latchkey: page }, testInfo) => {
  const outputPath = (name: string) => testInfo.outputPath(name);
  test.setTimeout(240_000);
  const wide = () => page.setViewportSize({ width: 1440, height: 900 });
  const { server, app, credentials } = await startServer();
  await addApp(page, { name: 'shop', environment: 'Production', credentials });
  await page.getByRole('tab', { name: 'Keys & rotation' }).click();
  for (const label of [
    'web',
    'mobile',
    'a label that is as long as people make them when nobody stops them',
  ]) {
    const { key, secret } = app.createPair();
    await choose(page, 'Add another pair');
    await page.getByLabel('Label', { exact: true }).fill(label);
    await page.getByLabel('Key of the pair').fill(key);
    await page.getByLabel('Its secret').fill(secret);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('listitem').filter({ hasText: key })).toBeVisible();
  }
  await choose(page, 'Retire the active app secret “web”');
  await choose(page, 'Retire the active app secret “mobile”');
  await expect(page.getByRole('alert').filter({ hasText: 'already' })).toBeVisible();
  await look(page, 'pairs-with-conflict', outputPath);
  await wide();
  await choose(page, 'Mark the active app secret “mobile” as revoked');
  await page.getByRole('button', { name: 'More about the revoked app secret “mobile”' }).click();
  await expect(page.getByRole('menuitem', { name: 'Rename' })).toBeVisible();
  await look(page, 'pair-menu', outputPath);
  await page.keyboard.press('Escape');
  await wide();
  await choose(page, 'Rename the revoked app secret “mobile”');
  await look(page, 'pair-rename', outputPath);
  await wide();
  await page.locator('summary').click();
  await look(page, 'facts-of-an-app', outputPath);
  await wide();
  await page.getByRole('tab', { name: 'Publish' }).click();
  await expect(page.getByRole('combobox', { name: 'Signed with' })).toBeVisible();
  await look(page, 'publish-with-pairs', outputPath);
  await wide();
  await choose(page, 'Show vault');
  await expect(page.getByRole('list', { name: 'Secrets of shop' })).toBeVisible();
  await look(page, 'vault-with-pairs', outputPath);
  await wide();
  await choose(page, 'Show audit log');
  await page.getByRole('switch').click();
  await expect(page.getByText('Marked as retiring')).toBeVisible();
  await look(page, 'audit-log-of-pairs', outputPath);
  await server.close();
});

test('two hundred apps and services', async ({ start, dataFolder }, testInfo) => {
  const outputPath = (name: string) => testInfo.outputPath(name);
  test.setTimeout(240_000);
  await fillWith200(dataFolder);
  const { page } = await start();
  const apps = page.getByRole('navigation', { name: 'Apps' });
  await expect(apps.getByRole('listitem')).toHaveCount(200);
  await look(page, 'two-hundred', outputPath);
  await page.setViewportSize({ width: 1440, height: 900 });
  await openPalette(page);
  await page.keyboard.type('go to project 47');
  await expect(page.getByRole('option', { selected: true })).toContainText('Go to project 47');
  await look(page, 'two-hundred-palette', outputPath);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'project 47' })).toBeVisible();
  await expect(apps.getByRole('button', { name: 'project 47', exact: false }).first()).toBeInViewport();
  await choose(page, 'Show vault');
  await expect(page.getByText('project 47', { exact: true }).last()).toBeVisible();
});

test('a secret on its way out, and the audit log', async ({ latchkey: page }, testInfo) => {
  const outputPath = (name: string) => testInfo.outputPath(name);
  test.setTimeout(180_000);
  await page.clock.install();
  const { server, credentials } = await startServer();
  await addApp(page, { name: 'shop', environment: 'Production', credentials });
  await page.getByRole('tab', { name: 'Keys & rotation' }).click();
  const wide = () => page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'Show the current app secret' }).click();
  await look(page, 'secret-asked', outputPath);
  await wide();
  await page.getByRole('button', { name: 'Show for 10 s' }).click();
  await expect(page.getByText(credentials.secret)).toBeVisible();
  await lookSlowly(page, 'secret-shown', outputPath);
  await expect(page.getByText(credentials.secret)).toBeVisible();
  await page.getByRole('button', { name: 'Hide now' }).click();
  await wide();
  await page.getByRole('button', { name: 'Copy the current app secret' }).click();
  await look(page, 'copy-asked', outputPath);
  await wide();
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(page.getByText('Secret copied')).toBeVisible();
  await lookSlowly(page, 'secret-copied', outputPath);
  await expect(page.getByText('Secret copied')).toBeVisible();
  await page.evaluate(() => window.dispatchEvent(new Event('blur')));
  await page.clock.fastForward(10_000);
  await expect(page.getByRole('alert').filter({ hasText: 'may still be on the clipboard' })).toBeVisible();
  await look(page, 'secret-left', outputPath);
  await wide();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await openPalette(page);
  await page.keyboard.type('audit log');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('table', { name: 'Audit log' })).toBeVisible();
  await look(page, 'audit-log', outputPath);
  await server.close();
});

test('what an import finds', async ({ latchkey: page, hostKind }, testInfo) => {
  test.skip(hostKind !== 'web', 'Elsewhere a file is named in the system’s dialog.');
  test.setTimeout(180_000);
  const outputPath = (name: string) => testInfo.outputPath(name);
  const open = async (text: string) => {
    await choose(page, 'Import credentials');
    const path = testInfo.outputPath('import.env');
    writeFileSync(path, text);
    await page.getByLabel('File', { exact: true }).fill(path);
    await page.getByRole('button', { name: 'See what is in it' }).click();
  };
  await choose(page, 'Keep secrets for this session only');
  await expect(page.getByText('Vault unlocked')).toBeVisible();
  await choose(page, 'Import credentials');
  await page.getByLabel('File', { exact: true }).fill('.env');
  await look(page, 'import-source', outputPath);

  await page.setViewportSize({ width: 1440, height: 900 });
  await open('NOTHING=1\n');
  await expect(page.getByText('Nothing to import was found.')).toBeVisible();
  await page.screenshot({ path: outputPath('import-nothing-1440-dark.png') });
  await page.getByRole('button', { name: 'Open another file' }).click();
  const secret = () => randomBytes(10).toString('hex');
  await open(
    [
      'PUSHER_APP_ID=12',
      'PUSHER_APP_KEY=app-key',
      `PUSHER_APP_SECRET=${secret()}#not-quoted`,
      'PUSHER_APP_CLUSTER=eu',
      `NEXT_PUBLIC_PUSHER_MOBILE_SECRET=${secret()}`,
      'PUSHER_MOBILE_KEY=your-key-here',
      'AIRSHIP_APP_KEY=airship-key',
      `AIRSHIP_MASTER_SECRET=${secret()}`,
      'SOKETI_DEFAULT_APP_ID=app-id',
      'SOKETI_DEFAULT_APP_KEY=app-key-of-soketi',
      'SOKETI_DEFAULT_APP_SECRET=app-secret',
      'SOKETI_HOST=0.0.0.0',
      'DB_PASSWORD=x',
    ].join('\n'),
  );
  await expect(page.getByText('found.', { exact: false }).first()).toBeVisible();
  for (const toggle of await page.getByRole('button', { name: /^Details of/ }).all()) {
    if ((await toggle.getAttribute('aria-expanded')) === 'false') await toggle.click();
  }
  await page.getByRole('button', { name: /^Import \d secrets/ }).click();
  await look(page, 'import-preview', outputPath);

  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'Cancel' }).click();
  await open(
    Array.from(
      { length: 500 },
      (_, index) =>
        `PUSHER_SHOP${index}_APP_ID=1\nPUSHER_SHOP${index}_KEY=k${index}\nPUSHER_SHOP${index}_SECRET=${secret()}\nPUSHER_SHOP${index}_CLUSTER=eu\n`,
    ).join(''),
  );
  await expect(page.getByText('500 apps and services found.')).toBeVisible();
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: outputPath(`import-many-1440-${colorScheme}.png`) });
  }
  await page.getByRole('button', { name: 'Choose none' }).click();
  await page.getByLabel('Filter by name').fill('shop49');
  await page.getByRole('button', { name: 'Choose all' }).click();
  await page.getByRole('button', { name: 'Import 11 secrets of 11 apps' }).click();
  await expect(page.getByText('11 secrets are in the vault now.')).toBeVisible();
  await look(page, 'import-done', outputPath);
});

test('exports, and a sweep that finds something', async ({ latchkey: page }, testInfo) => {
  const outputPath = (name: string) => testInfo.outputPath(name);
  test.setTimeout(240_000);
  const { server, credentials } = await startServer();
  const masterKeyBase64 = randomBytes(32).toString('base64');
  await addApp(page, { name: 'shop', environment: 'Production', credentials, masterKeyBase64 });
  const wide = () => page.setViewportSize({ width: 1440, height: 900 });
  await choose(page, 'Export shop');
  await page.getByLabel('Write to').fill(outputPath('.env'));
  await look(page, 'export-env', outputPath);
  await wide();
  await page.getByLabel('Write to').press('Enter');
  await expect(page.getByRole('region', { name: /^Export shop for/ })).toBeVisible();
  await look(page, 'export-asked', outputPath);
  await wide();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(page.getByText('Written.')).toBeVisible();
  await look(page, 'export-written', outputPath);
  for (const form of ['Sealed bundle', 'Code', 'Bug report']) {
    await wide();
    await page.getByRole('radio', { name: form }).click();
    await expect(page.getByRole('heading', { level: 2 })).toBeVisible();
    await look(page, `export-${form.toLowerCase().replace(' ', '-')}`, outputPath);
  }
  await wide();
  await choose(page, 'Look for leaked secrets');
  await page.getByLabel('Folder').fill(testInfo.outputDir);
  await page.getByRole('checkbox', { name: /git repositories/ }).check();
  await page.getByRole('button', { name: 'Sweep', exact: true }).click();
  await expect(page.getByText(/secrets? found, in/)).toBeVisible();
  await look(page, 'sweep-found', outputPath);
  await wide();
  await choose(page, 'Show audit log');
  await choose(page, 'Export the audit log');
  await look(page, 'audit-log-export', outputPath);
  await server.close();
});

test('a bundle on its way in, and a sweep that left something out', async ({
  latchkey: page,
  hostKind,
}, testInfo) => {
  test.skip(hostKind !== 'web', 'Elsewhere a file is named in the system’s dialog.');
  const outputPath = (name: string) => testInfo.outputPath(name);
  test.setTimeout(240_000);
  const { server, credentials } = await startServer();
  await addApp(page, { name: 'shop', environment: 'Staging', credentials });
  const wide = () => page.setViewportSize({ width: 1440, height: 900 });
  const passphrase = randomBytes(9).toString('base64');
  await choose(page, 'Export shop');
  await page.getByRole('radio', { name: 'Sealed bundle' }).click();
  await page.getByLabel('Write to').fill(outputPath('shop.latchkey'));
  await page.getByLabel('Passphrase of the bundle').fill(passphrase);
  await page.getByLabel('The same again').fill(passphrase);
  await page.getByRole('button', { name: 'Write the bundle…' }).click();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(page.getByText('Written.')).toBeVisible({ timeout: 60_000 });
  await choose(page, 'Import credentials');
  await page.getByLabel('File', { exact: true }).fill(outputPath('shop.latchkey'));
  await page.getByLabel('File', { exact: true }).press('Enter');
  const field = page.getByLabel('Passphrase of the bundle');
  await expect(field).toBeFocused();
  await look(page, 'bundle-asked', outputPath);
  await wide();
  await field.fill('not this one');
  await field.press('Enter');
  await expect(page.getByText('The passphrase is not the one of this bundle.')).toBeVisible();
  await look(page, 'bundle-refused', outputPath);
  await wide();
  await field.fill(passphrase);
  await field.press('Enter');
  await expect(page.getByText('1 app or service found.')).toBeVisible();
  await expect(page.getByRole('row', { name: /^Secret/ })).toContainText('current');
  await look(page, 'bundle-preview', outputPath);
  await wide();

  const folder = outputPath('project');
  mkdirSync(join(folder, 'nested'), { recursive: true });
  execFileSync('git', ['-C', join(folder, 'nested'), 'init', '-q']);
  symlinkSync('/etc/hostname', join(folder, 'elsewhere'));
  await choose(page, 'Look for leaked secrets');
  await page.getByLabel('Folder').fill(folder);
  await page.getByLabel('Folder').press('Enter');
  await expect(page.getByText('None of the secrets was found in what was looked at.')).toBeVisible();
  await look(page, 'sweep-left-out', outputPath);
  await server.close();
});
