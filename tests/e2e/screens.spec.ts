/** Every screen in both themes and three widths: no error in the console, nothing wider than the window, WCAG AA. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, openSandbox, rowsWith, test } from './support/latchkey.ts';

const themes = ['light', 'dark'] as const;
const widths = [900, 1440, 2560];

async function look(page: Page, name: string, folder: (name: string) => string): Promise<void> {
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: folder(`${name}-${width}-${colorScheme}.png`) });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect.soft(overflow, `${name} at ${width} px`).toBeLessThanOrEqual(0);
    }
    // The rows of a list are scrolled by the keys of the grid around them, which is what takes the focus.
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21aa'])
      .analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes
        .filter(({ html }) => !(id === 'scrollable-region-focusable' && html.includes('role="rowgroup"')))
        .map(({ target }) => `${id}: ${target.join(' ')}`),
    );
    expect.soft(found, `${name}, ${colorScheme}`).toEqual([]);
  }
}

test('every screen, empty', async ({ latchkey: page }, testInfo) => {
  const outputPath = (name: string) => testInfo.outputPath(name);
  await look(page, 'first-start', outputPath);
  await page.getByRole('button', { name: 'Add an app' }).click();
  await page.getByRole('button', { name: 'Add and connect' }).click();
  await look(page, 'add-app-with-mistakes', outputPath);
  for (const screen of ['Sandbox', 'Vault', 'Settings']) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('navigation', { name: 'Apps' }).getByRole('button', { name: screen }).click();
    await look(page, screen.toLowerCase(), outputPath);
  }
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
});
