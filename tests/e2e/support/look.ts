/** Pictures of a screen in both themes and three widths, with nothing wider than the window, and WCAG AA. */
import { setTimeout as pause } from 'node:timers/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect } from './latchkey.ts';

export const themes = ['light', 'dark'] as const;
const widths = [900, 1440, 2560];

export async function look(page: Page, name: string, folder: (name: string) => string): Promise<void> {
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: folder(`${name}-${width}-${colorScheme}.png`) });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect.soft(overflow, `${name} at ${width} px`).toBeLessThanOrEqual(0);
    }
    // The rows of a list are scrolled by the keys of the grid around them, which is what takes the focus.
    // Legacy: without a page of its own beside this one, which has no frames, whose clock may be slowed down, and whose
    // host may not open another.
    const { violations } = await new AxeBuilder({ page })
      .setLegacyMode()
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

/** As `look`, while the page's time goes by more slowly than the pictures take. */
export async function lookSlowly(page: Page, name: string, folder: (name: string) => string): Promise<void> {
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1000);
  let isDone = false;
  const looking = look(page, name, folder).finally(() => {
    isDone = true;
  });
  // Not at a standstill: axe has timers of its own.
  while (!isDone) {
    await page.clock.runFor(1);
    await pause(20);
  }
  await looking;
  await page.clock.resume();
}
