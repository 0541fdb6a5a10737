/** Errands by keys alone: nothing here points at anything. */
import type { Locator, Page } from '@playwright/test';
import { expect } from './latchkey.ts';

const farthest = 80;

/** Tabs on until `target` has the focus. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let step = 0; step < farthest; step++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${farthest} tabs did not lead to ${target}`);
}

/** Something of the page has the focus, and it can be seen. */
export async function expectFocusKept(page: Page): Promise<void> {
  await expect
    .poll(() =>
      page.evaluate(() => document.activeElement !== null && document.activeElement !== document.body),
    )
    .toBe(true);
}

/** Types over whatever is in the field. */
export async function retype(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(text);
}

/** Moves on with an arrow until the choice is `target`. */
export async function chooseRadio(page: Page, target: Locator, key: 'ArrowDown' | 'ArrowUp' = 'ArrowDown') {
  for (let step = 0; step < 12; step++) {
    if (await target.isChecked()) return;
    await page.keyboard.press(key);
  }
  throw new Error(`The arrows did not lead to ${target}`);
}
