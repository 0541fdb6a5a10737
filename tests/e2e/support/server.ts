/** A Channels server of a test's own, whose credentials the test knows, and the form that adds it to Latchkey. */
import { expect, type Page } from '@playwright/test';
import type { AppOptions, KeyPair, SandboxApp } from '../../../electron/sandbox/server/app-store.ts';
import { createSandboxServer, type SandboxServer } from '../../../electron/sandbox/server/sandbox-server.ts';

export interface ServerCredentials extends KeyPair {
  readonly port: number;
  readonly appId: string;
}

export interface TestServer {
  readonly server: SandboxServer;
  readonly app: SandboxApp;
  readonly credentials: ServerCredentials;
}

export async function startServer(options?: AppOptions): Promise<TestServer> {
  const server = await createSandboxServer();
  const app = server.createApp(options);
  return { server, app, credentials: { port: server.port, appId: app.appId, ...app.oldestPair } };
}

export interface AppToAdd {
  readonly name: string;
  readonly environment?: 'Production' | 'Staging' | 'Development' | 'Local';
  readonly credentials: ServerCredentials;
  readonly masterKeyBase64?: string;
}

/** Fills in the form as a user does. Does not send it. */
export async function fillApp(page: Page, { name, environment, credentials, masterKeyBase64 }: AppToAdd) {
  await page.getByLabel('Name', { exact: true }).fill(name);
  if (environment) await page.getByRole('radio', { name: environment }).check();
  await page.getByRole('radio', { name: 'Self-hosted server' }).check();
  await page.getByRole('combobox', { name: 'Server' }).click();
  await page.getByRole('option', { name: 'Other server' }).click();
  await page.getByLabel('Host', { exact: true }).fill('127.0.0.1');
  await page.getByLabel('Port').fill(String(credentials.port));
  const tls = page.getByRole('checkbox', { name: /TLS/ });
  if (await tls.isChecked()) await tls.uncheck();
  await page.getByLabel('Port').fill(String(credentials.port));
  await page.getByLabel('App id').fill(credentials.appId);
  await page.getByLabel('Key', { exact: true }).fill(credentials.key);
  await page.getByLabel('App secret').fill(credentials.secret);
  if (masterKeyBase64) {
    await page.getByRole('radio', { name: 'Paste' }).click();
    await page.getByLabel('Master key', { exact: true }).fill(masterKeyBase64);
  }
}

/** Adds an app while no store has been chosen: what is typed survives the question of where to keep it. */
export async function addApp(page: Page, app: AppToAdd): Promise<void> {
  await page.getByRole('button', { name: 'Add app' }).click();
  await fillApp(page, app);
  // Until the vault knows whether there is a keychain, it asks nothing.
  await expect(page.getByRole('contentinfo').getByText(/^Vault unlocked|choose a store$/)).toBeVisible();
  const forSession = page.getByRole('main').getByRole('button', { name: /this session only/ });
  if (await forSession.isVisible()) {
    await forSession.click();
    await expect(page.getByText('Vault unlocked')).toBeVisible();
  }
  await page.getByRole('button', { name: 'Add and connect' }).click();
  await expect(page.getByRole('heading', { name: app.name })).toBeVisible();
  await expect(page.getByRole('main').getByText('Connected', { exact: true }).first()).toBeVisible();
}

export async function subscribe(page: Page, channel: string): Promise<void> {
  const field = page.getByLabel('Channel to subscribe to');
  await field.fill(channel);
  await field.press('Enter');
  await expect(field).toHaveValue('');
}
