/** An app’s secrets on screen, with a clock that the test can move. */
import type { Locator, Page } from '@playwright/test';
import { expect } from './latchkey.ts';
import { addApp, startServer } from './server.ts';

/** An app in the vault, its keys on screen, and a clock that the test can move. */
export async function openKeys(page: Page) {
  const { server, credentials } = await startServer();
  await page.clock.install();
  await addApp(page, { name: 'shop', credentials });
  await page.getByRole('tab', { name: 'Keys & rotation' }).click();
  return { server, secret: credentials.secret };
}

/** From here on time goes by only as the test says, however busy the machine is. */
export async function stopTime(page: Page): Promise<void> {
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1000);
}

/** By its keys, which a page that has only just been loaded does not listen to yet. */
export async function openPalette(page: Page): Promise<Locator> {
  const palette = page.getByRole('combobox', { name: 'Find a command or an app' });
  await expect(async () => {
    if (!(await palette.isVisible())) await page.keyboard.press('ControlOrMeta+K');
    await expect(palette).toBeFocused({ timeout: 2000 });
  }).toPass();
  return palette;
}

/** Runs a command by keys alone, as fast as the page can follow. */
export async function choose(page: Page, command: string): Promise<void> {
  const palette = await openPalette(page);
  await page.keyboard.type(command);
  await expect(page.getByRole('option', { selected: true })).toContainText(command);
  await page.keyboard.press('Enter');
  // Until it is gone, its key closes it.
  await expect(palette).toHaveCount(0);
}

export async function firstEntries(page: Page, count: number): Promise<string[]> {
  await choose(page, 'Show audit log');
  const rows = page.getByRole('table', { name: 'Audit log' }).getByRole('row');
  await expect(rows.nth(1)).toBeVisible();
  const texts = await rows.evaluateAll((all) =>
    all.map((row) => [...row.children].map(({ textContent }) => textContent)),
  );
  return texts.slice(1, 1 + count).map((cells) => cells.join(' | '));
}

/** Shows it, for as long as time stands still. */
export async function showStill(page: Page, secret: string): Promise<void> {
  await page.getByRole('button', { name: 'Show the current app secret' }).click();
  await stopTime(page);
  await page.getByRole('button', { name: 'Show for 10 s' }).click();
  await expect(page.getByText(secret)).toBeVisible();
}

export async function expectGone(page: Page, secret: string): Promise<void> {
  await expect(page.getByText(secret)).toHaveCount(0);
  expect(await page.content()).not.toContain(secret);
  await page.clock.resume();
}
