/** Every kind of credentials: added, read, changed and taken away by keys alone, with what its provider says. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { findProvider, type Provider, providers } from '../../electron/providers/index.ts';
import { chooseRadio, expectFocusKept, retype, tabTo } from './support/by-keys.ts';
import { expect, test } from './support/latchkey.ts';
import { choose } from './support/secrets.ts';

// Hundreds of keys: a picture of the page at each of them would be most of the work.
test.use({ trace: { mode: 'retain-on-failure', snapshots: false, screenshots: false } });
test.describe.configure({ timeout: 180_000 });

const exposureWords = {
  public: 'Public',
  'app-bundle': 'Ships in apps',
  server: 'Servers only',
  device: 'Device only',
} as const;

const newSecret = () => randomBytes(20).toString('hex');

const sidebar = (page: Page) => page.getByRole('navigation', { name: 'Apps' });
const entry = (page: Page, name: string) => sidebar(page).getByRole('button', { name });

/** The whole of a kind's tables, row by row, as they are on the page. */
async function expectTables(page: Page, { tables }: Provider): Promise<void> {
  for (const { title, columns, rows, notes } of tables) {
    const table = page.getByRole('table', { name: title });
    await expect(table).toBeVisible();
    const cells = await table
      .getByRole('row')
      .evaluateAll((all) => all.map((row) => [...row.children].map(({ textContent }) => textContent)));
    expect(cells).toEqual([[...columns], ...rows.map((row) => [...row])]);
    await expect(table.getByRole('columnheader')).toHaveCount(columns.length);
    await expect(table.getByRole('rowheader')).toHaveCount(rows.length);
    for (const note of notes) await expect(page.getByText(note, { exact: true })).toBeVisible();
  }
}

/** By the command's key, then arrows: the focus is where the kind is chosen. */
async function openForm(page: Page, { label }: Provider): Promise<void> {
  await page.keyboard.press('ControlOrMeta+Shift+N');
  await expect(page.getByRole('radio', { checked: true }).first()).toBeFocused();
  await chooseRadio(page, page.getByRole('radio', { name: new RegExp(`^${label}`) }));
}

async function expectAdded(page: Page, name: string): Promise<void> {
  await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
  await expect(entry(page, name)).toHaveAttribute('aria-current', 'page');
  await expectFocusKept(page);
}

/** No provider can be reached from here, which is what the check has to say of each. */
async function check(page: Page): Promise<void> {
  await choose(page, 'Check credentials');
  const found = page.getByRole('list', { name: 'What was found' });
  await expect(found.getByRole('listitem').first()).toBeVisible({ timeout: 30_000 });
  await expect(found).not.toContainText('Works');
  await expectFocusKept(page);
}

/** What it may be given as leaves for a file, after it was asked. */
async function exportTo(page: Page, name: string, path: string): Promise<string> {
  await choose(page, `Export ${name}`);
  await retype(page, page.getByLabel('Write to'), path);
  await page.keyboard.press('Enter');
  const question = page.getByRole('region', { name: new RegExp(`^Export ${name} for`) });
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(question.getByRole('button', { name: 'Export' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Written.')).toBeVisible();
  await expectFocusKept(page);
  return readFileSync(path, 'utf8');
}

/** Under another name, then gone, back again, and gone. */
async function renameAndRemove(page: Page, name: string): Promise<void> {
  await choose(page, `Edit ${name}`);
  await retype(page, page.getByLabel('Name', { exact: true }), `${name} two`);
  await page.keyboard.press('Enter');
  await expectAdded(page, `${name} two`);
  await choose(page, `Remove ${name} two`);
  await expect(entry(page, `${name} two`)).toHaveCount(0);
  await expectFocusKept(page);
  const undo = page.getByRole('button', { name: 'Undo' });
  // To the message in the corner.
  await page.keyboard.press('F6');
  await tabTo(page, undo);
  await page.keyboard.press('Enter');
  await expectAdded(page, `${name} two`);
  await choose(page, `Remove ${name} two`);
  await expect(entry(page, `${name} two`)).toHaveCount(0);
  await expectFocusKept(page);
}

for (const provider of providers.filter(({ hasChannels }) => hasChannels)) {
  test(`${provider.label}: an app, with what is known of it`, async ({
    latchkey: page,
    hostKind,
  }, testInfo) => {
    await choose(page, 'Keep secrets for this session only');
    await openForm(page, provider);
    const secret = newSecret();
    await retype(page, page.getByLabel('Name', { exact: true }), 'shop');
    await retype(page, page.getByLabel('App id'), '12');
    await retype(page, page.getByLabel('Key', { exact: true }), 'app-key');
    await retype(page, page.getByLabel('App secret'), secret);
    await tabTo(page, page.getByRole('button', { name: 'Add only' }));
    await page.keyboard.press('Enter');
    await expectAdded(page, 'shop');

    await page.keyboard.press('ControlOrMeta+5');
    const fold = page.locator('summary').filter({ hasText: provider.label });
    await expect(page.getByRole('table', { name: 'Where each value may be' })).toBeHidden();
    await tabTo(page, fold);
    await page.keyboard.press('Enter');
    await expectTables(page, provider);
    const exposures = page.getByRole('table', { name: 'Where each value may be' });
    for (const { label, exposure, use, never } of provider.fields) {
      const row = exposures
        .getByRole('row')
        .filter({ has: page.getByRole('cell', { name: label, exact: true }) });
      await expect(row).toContainText(exposureWords[exposure]);
      await expect(row).toContainText(use);
      if (never) await expect(row).toContainText(never);
    }
    await expect(page.getByText(provider.rotation.summary)).toBeVisible();
    await check(page);
    // Elsewhere a file is named in the system’s dialog.
    if (hostKind === 'web')
      expect(await exportTo(page, 'shop', testInfo.outputPath('.env'))).toContain(secret);
    await renameAndRemove(page, 'shop');
  });
}

for (const provider of providers.filter(({ hasChannels }) => !hasChannels)) {
  test(`${provider.label}: a service, with what is known of it`, async ({
    latchkey: page,
    hostKind,
  }, testInfo) => {
    await choose(page, 'Keep secrets for this session only');
    await openForm(page, provider);
    if (provider.legacy) await expect(page.getByText(provider.legacy).first()).toBeVisible();
    await retype(page, page.getByLabel('Name', { exact: true }), 'newsletter');
    const kept = new Map<string, string>();
    for (const { fieldId, label, isSecret, format, exposure, use, never } of provider.fields) {
      // The form says of each field what it is for, and where it may be.
      const notes = page.getByRole('main').locator('form').getByText(use, { exact: true }).locator('..');
      await expect(notes.first()).toContainText(exposureWords[exposure]);
      if (never) await expect(page.locator('form').getByText(never).first()).toBeVisible();
      if (format.kind === 'choice') {
        const choice = page.getByRole('radiogroup', { name: label }).getByRole('radio').last();
        await tabTo(page, page.getByRole('radiogroup', { name: label }).getByRole('radio').first());
        await chooseRadio(page, choice);
        kept.set(fieldId, format.choices.at(-1) ?? '');
      } else if (format.kind === 'master-key') {
        await tabTo(page, page.getByRole('radio', { name: 'Later' }));
        await chooseRadio(page, page.getByRole('radio', { name: 'Make one' }));
      } else {
        const value = isSecret ? newSecret() : `${fieldId}-1`;
        await retype(page, page.getByLabel(label, { exact: true }), value);
        kept.set(fieldId, value);
      }
    }
    await tabTo(page, page.getByRole('button', { name: 'Add', exact: true }));
    await page.keyboard.press('Enter');
    await expectAdded(page, 'newsletter');

    for (const { fieldId, label, isSecret, exposure, use, never } of provider.fields) {
      const main = page.getByRole('main');
      const place = isSecret
        ? main.locator('section').filter({ has: page.getByRole('heading', { name: label, exact: true }) })
        : main.locator('dl > div').filter({ has: page.getByText(label, { exact: true }) });
      await expect(place).toContainText(exposureWords[exposure]);
      await expect(place).toContainText(use);
      if (never) await expect(place).toContainText(never);
      const value = kept.get(fieldId) ?? '';
      await expect(place).toContainText(isSecret ? `••••${value.slice(-4)}` : value);
    }
    expect(await page.content()).not.toContain(kept.get('masterSecret') ?? kept.get('clientSecret') ?? '\0');
    await expectTables(page, provider);
    await expect(page.getByText(provider.rotation.summary)).toBeVisible();
    // It has no connection, and says so by its sign.
    await expect(entry(page, 'newsletter').getByRole('img', { name: provider.label })).toBeVisible();
    await check(page);
    if (hostKind === 'web') {
      const written = await exportTo(page, 'newsletter', testInfo.outputPath('.env'));
      for (const { fieldId, isSecret } of provider.fields)
        if (isSecret && kept.has(fieldId)) expect(written).toContain(kept.get(fieldId));
    }
    await renameAndRemove(page, 'newsletter');
  });
}

test('keeps what was typed through mistakes, another kind, another place and a closed vault', async ({
  latchkey: page,
}) => {
  const airship = findProvider('airship');
  const secret = newSecret();
  await openForm(page, airship);
  await retype(page, page.getByLabel('Name', { exact: true }), 'newsletter');
  await retype(page, page.getByLabel('App key', { exact: true }), 'two words');
  await retype(page, page.getByLabel('Master secret', { exact: true }), `${secret} `);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Enter the Cloud site.')).toBeVisible();
  await expect(page.getByText('The App key has white space in it.')).toBeVisible();
  await expect(page.getByText('Remove the white space before or after the secret.')).toBeVisible();
  await expect(page.getByRole('radiogroup', { name: 'Cloud site' }).getByRole('radio').first()).toBeFocused();
  await expect(entry(page, 'newsletter')).toHaveCount(0);

  // To another kind and back: the name goes along, the rest waits.
  await choose(page, 'Add IBM Push Notifications');
  await expect(page.getByRole('heading', { name: 'Add an app' })).toBeVisible();
  await choose(page, 'Add Airship');
  await expect(page.getByLabel('App key', { exact: true })).toHaveValue('two words');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('newsletter');
  await expect(page.getByLabel('Master secret', { exact: true })).toHaveValue(`${secret} `);

  // Elsewhere and back: what is secret is kept nowhere.
  await choose(page, 'Open settings');
  await choose(page, 'Add app');
  await expect(page.getByLabel('App key', { exact: true })).toHaveValue('two words');
  await expect(page.getByLabel('Master secret', { exact: true })).toHaveValue('');

  await tabTo(page, page.getByRole('radiogroup', { name: 'Cloud site' }).getByRole('radio').first());
  await chooseRadio(page, page.getByRole('radio', { name: 'go.airship.eu' }));
  await retype(page, page.getByLabel('App key', { exact: true }), 'app-key');
  await retype(page, page.getByLabel('Master secret', { exact: true }), secret);
  await page.keyboard.press('Enter');
  // No store has been chosen: the service is kept, and the secret waits.
  await expect(page.getByText('What you typed stays here')).toBeVisible();
  await expect(entry(page, 'newsletter')).toBeVisible();
  await expect(page.getByLabel('Master secret', { exact: true })).toHaveValue(secret);
  await choose(page, 'Keep secrets for this session only');
  await expect(page.getByText('Vault unlocked')).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: 'Save the secrets' }));
  await page.keyboard.press('Enter');
  await expectAdded(page, 'newsletter');
  await expect(page.getByText(`••••${secret.slice(-4)}`)).toBeVisible();
  expect(await page.content()).not.toContain(secret);
});
