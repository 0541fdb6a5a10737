/** Copies the secret of the app that is on screen, as the user does in Electron: without being asked. */
import { expect, type Page } from '@playwright/test';

export async function copySecret(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Keys & rotation' }).click();
  await page.getByRole('button', { name: 'Copy the current app secret' }).click();
  await expect(page.getByText('Secret copied')).toBeVisible();
}
