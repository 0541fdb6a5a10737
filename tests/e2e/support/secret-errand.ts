/** What people do in the page with secrets, typed key by key. Knows nothing of where they might be left. */
import { expect, type Locator, type Page } from '@playwright/test';
import { rowsWith } from './latchkey.ts';
import { openPalette } from './secrets.ts';
import { type ServerCredentials, subscribe } from './server.ts';

export interface TypedApp {
  readonly name: string;
  readonly credentials: ServerCredentials;
  readonly secret: string;
  /** `generate`: made in the vault process. */
  readonly masterKey: string | 'generate';
  /** Typed first, refused for its form, and taken back. */
  readonly refusedMasterKey?: string;
}

/** Leaves the form filled in. */
export async function typeApp(page: Page, { name, credentials, ...app }: TypedApp): Promise<void> {
  await page.getByRole('navigation', { name: 'Apps' }).getByRole('button', { name: 'Add app' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('radio', { name: 'Self-hosted server' }).check();
  await page.getByRole('combobox', { name: 'Server' }).click();
  await page.getByRole('option', { name: 'Other server' }).click();
  await page.getByLabel('Host', { exact: true }).fill('127.0.0.1');
  const tls = page.getByRole('checkbox', { name: /TLS/ });
  if (await tls.isChecked()) await tls.uncheck();
  await page.getByLabel('Port').fill(String(credentials.port));
  await page.getByLabel('App id').fill(credentials.appId);
  await page.getByLabel('Key', { exact: true }).fill(credentials.key);
  await page.getByLabel('App secret').pressSequentially(app.secret);
  await page.getByRole('radio', { name: 'Paste' }).click();
  const masterKey = page.getByLabel('Master key', { exact: true });
  if (app.refusedMasterKey) {
    await masterKey.pressSequentially(app.refusedMasterKey);
    await page.getByRole('button', { name: 'Add and connect' }).click();
    await expect(masterKey).toHaveAttribute('aria-invalid', 'true');
  }
  if (app.masterKey === 'generate') await page.getByRole('radio', { name: 'Make one' }).click();
  else await masterKey.pressSequentially(app.masterKey);
}

export async function addTypedApp(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add and connect' }).click();
  await expect(page.getByRole('heading', { name })).toBeVisible();
  await expect(page.getByRole('main').getByText('Connected', { exact: true }).first()).toBeVisible();
}

export async function openApp(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Apps' }).getByRole('button', { name }).click();
  await expect(page.getByRole('heading', { name })).toBeVisible();
}

export async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name }).click();
}

export async function subscribeToAll(page: Page, channels: readonly string[]): Promise<void> {
  await openTab(page, 'Inspector');
  for (const channel of channels) {
    await subscribe(page, channel);
    await expect(rowsWith(page, channel).first()).toBeVisible();
  }
}

/** Gives the words of the answer. */
export async function publish(page: Page, channel: string, data: string): Promise<Locator> {
  await openTab(page, 'Publish');
  await page.getByLabel('Channel', { exact: true }).fill(channel);
  await page.getByLabel('Event', { exact: true }).fill('order.created');
  await page.getByLabel('Data', { exact: true }).fill(data);
  await page.getByRole('button', { name: /^Publish/ }).click();
  return page.getByRole('region', { name: 'The server’s answer' });
}

async function startRotation(page: Page, title: string): Promise<Locator> {
  await openTab(page, 'Keys & rotation');
  await page.getByRole('listitem').filter({ hasText: title }).getByRole('button', { name: /Start/ }).click();
  return page.getByRole('region', { name: `Rotation: ${title}` });
}

function stepOf(rotation: Locator, title: string): Locator {
  return rotation.getByRole('listitem').filter({ hasText: title });
}

/** To the point where the old pair is the previous one. */
export async function rotatePair(page: Page, pair: { key: string; secret: string }): Promise<void> {
  const rotation = await startRotation(page, 'Key and secret');
  await rotation.getByLabel('Key of the new pair').fill(pair.key);
  await rotation.getByLabel('Secret of the new pair').pressSequentially(pair.secret);
  await rotation.getByRole('button', { name: 'Keep the new pair' }).click();
  await rotation.getByRole('button', { name: 'Check the new pair' }).click();
  await expect(stepOf(rotation, 'The new pair is accepted')).toContainText('Holds');
  await rotation.getByRole('checkbox', { name: 'I have done this' }).click();
  await rotation.getByRole('button', { name: 'Switch Latchkey over' }).click();
  await expect(page.getByRole('main').getByText('Connected', { exact: true }).first()).toBeVisible();
}

/** Likewise. @param publishWithNew An event that was encrypted with the new key. */
export async function rotateMasterKey(
  page: Page,
  masterKey: string,
  publishWithNew: () => Promise<unknown>,
): Promise<void> {
  const rotation = await startRotation(page, 'Encryption master key');
  await rotation.getByLabel('New master key').pressSequentially(masterKey);
  await rotation.getByRole('button', { name: 'Keep the new master key' }).click();
  await stepOf(rotation, 'Swap the key').getByRole('checkbox').click();
  const check = stepOf(rotation, 'Captured events open with the new key');
  // Events of the first second after the swap are left out.
  await expect(async () => {
    await publishWithNew();
    await check.getByRole('button', { name: /^Check (captured events|again)$/ }).click();
    await expect(check).toContainText('Holds', { timeout: 500 });
  }).toPass({ timeout: 30_000 });
  await rotation.getByRole('button', { name: 'Switch Latchkey over' }).click();
}

/** The sandbox's own app, with a second pair that it made. */
export async function rehearseInSandbox(page: Page): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Apps' })
    .getByRole('button', { name: 'Sandbox' })
    .first()
    .click();
  await page.getByRole('button', { name: 'Start sandbox' }).click();
  await page.getByRole('switch').click();
  await page.getByRole('button', { name: 'Open the inspector' }).click();
  const encrypted = rowsWith(page, 'private-encrypted-orders').filter({ hasText: 'order.' });
  await expect(encrypted.first()).toContainText('"demo":true');
  const pair = await startRotation(page, 'Key and secret');
  await pair.getByRole('button', { name: 'Make a pair in the sandbox' }).click();
  await pair.getByRole('button', { name: 'Check the new pair' }).click();
  await expect(stepOf(pair, 'The new pair is accepted')).toContainText('Holds');
  const masterKey = await startRotation(page, 'Encryption master key');
  await masterKey.getByRole('button', { name: 'Let the sandbox make one' }).click();
  await expect(masterKey.getByRole('button', { name: 'Switch the sandbox’s publisher' })).toBeEnabled();
}

/** Types a secret in place of the one that is in use, and does not send it. */
export async function typeReplacement(page: Page, secret: string): Promise<Locator> {
  await openTab(page, 'Keys & rotation');
  await page.getByRole('button', { name: 'More about the current app secret' }).click();
  await page.getByRole('menuitem', { name: 'Replace' }).click();
  const field = page.getByLabel(/^Secret of the key/);
  await field.pressSequentially(secret);
  return field;
}

/** Likewise, and is refused by a keychain that is locked. */
export async function replaceRefused(page: Page, secret: string): Promise<void> {
  const field = await typeReplacement(page, secret);
  await field.press('Enter');
  await expect(
    page
      .getByRole('main')
      .getByText(/keychain is locked/)
      .first(),
  ).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
}

/** On the screen, until it is hidden. */
export async function showSecret(page: Page): Promise<void> {
  await openTab(page, 'Keys & rotation');
  await page.getByRole('button', { name: 'Show the current app secret' }).click();
  await page.getByRole('button', { name: 'Show for 10 s' }).click();
  await page.getByRole('button', { name: 'Hide now' }).click();
}

export async function copySecret(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Copy the current app secret' }).click();
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(page.getByText('Secret copied')).toBeVisible();
}

export async function openAuditLog(page: Page): Promise<void> {
  await openPalette(page);
  await page.keyboard.type('audit log');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('table', { name: 'Audit log' }).getByRole('row').nth(1)).toBeVisible();
}

export async function lockVault(page: Page): Promise<void> {
  await page.keyboard.press('ControlOrMeta+Shift+L');
  await expect(page.getByText(/vault locked/i).first()).toBeVisible();
}

export async function unlockVault(page: Page): Promise<void> {
  await openPalette(page);
  await page.keyboard.type('unlock');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Vault unlocked · keychain')).toBeVisible();
}
