/** Finding one event among many. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, rowsWith, test } from './support/latchkey.ts';
import { addApp, startServer, subscribe } from './support/server.ts';

const events = 10_000;
/** Of no other event: beyond 2^53, where a neighbour would look the same. */
const soughtId = '9007199254740993';
const hostile = '/^(a+)+$/';

/** A picture for whoever looks, and what an assistive program would miss. */
async function look(page: Page, path: string): Promise<void> {
  await page.screenshot({ path });
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .include('[data-filter], [role="dialog"]')
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa'])
    .analyze();
  expect.soft(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`)).toEqual([]);
}

test('finds one event among many by its payload, keeps the filter, and survives a hostile expression', async ({
  latchkey: page,
}, testInfo) => {
  const { server, app, credentials } = await startServer();
  await addApp(page, { name: 'shop', credentials });
  await subscribe(page, 'orders');
  await subscribe(page, 'invoices');
  await expect(rowsWith(page, 'ucceeded').nth(1)).toBeVisible();
  for (let index = 0; index < events; index++) {
    const id = index === 5_432 ? soughtId : '9007199254740992';
    app.channels.publish('orders', 'order.created', `{"order":{"id":${id},"place":${index}}}`);
  }
  app.channels.publish('invoices', 'invoice.sent', 'a'.repeat(3000).concat('!'));

  const filter = page.getByRole('combobox', { name: 'Filter', exact: true });
  const count = page.getByTitle(/searched$/);
  await expect(count).toContainText('10,0', { timeout: 30_000 });

  // Completion, by keys alone: the field, then a name out of the log.
  await page.getByRole('tab', { name: 'Inspector' }).focus();
  await page.keyboard.press('/');
  await page.keyboard.type('cha');
  const list = page.getByRole('listbox', { name: 'Suggestions for filter' });
  await expect(list.getByRole('option')).toHaveText([/^channel:/]);
  await page.keyboard.press('Tab');
  await expect(filter).toHaveValue('channel:');
  await expect(list.getByRole('option', { name: 'channel:orders' })).toBeVisible();
  await look(page, testInfo.outputPath('completion.png'));
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(list.getByRole('option', { name: 'channel:orders' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(filter).toHaveValue('channel:orders ');
  await page.keyboard.type('eve');
  await expect(list).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await expect(filter).toHaveValue('channel:orders eve');
  for (let letter = 0; letter < 3; letter++) await page.keyboard.press('Backspace');

  // What is wrong is explained at its place, and the rows stay.
  await expect(rowsWith(page, 'order.created').first()).toBeVisible();
  // Not while it is being written: once the caret is elsewhere, at Enter, or when the typing paused.
  const problem = page.getByText('A value has to follow, without a blank before it.');
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1000);
  await page.keyboard.type('$.data.order.id=');
  await expect(filter).toHaveValue('channel:orders $.data.order.id=');
  await expect(problem).toBeHidden();
  await expect(filter).not.toHaveAttribute('aria-invalid');
  await page.keyboard.type(' ');
  await expect(problem).toBeVisible();
  await page.keyboard.press('Backspace');
  await expect(problem).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(problem).toBeVisible();
  await expect(filter).toHaveValue('channel:orders $.data.order.id=');
  await page.keyboard.type('x');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('=');
  await page.clock.runFor(700);
  await expect(problem).toBeHidden();
  await page.clock.runFor(200);
  await expect(problem).toBeVisible();
  await page.keyboard.press('Home');
  await page.keyboard.type(' ');
  await page.keyboard.press('Home');
  await page.keyboard.type('dir:i');
  const direction = page.getByText(/^Here has to stand in, out/);
  await expect(list.getByRole('option').first()).toBeVisible();
  await expect(direction).toBeHidden();
  await page.clock.runFor(1000);
  await expect(direction).toBeVisible();
  await expect(list.getByRole('option').first()).toBeVisible();
  for (let letter = 0; letter < 5; letter++) await page.keyboard.press('Backspace');
  await page.keyboard.press('Delete');
  await page.keyboard.press('End');
  await page.clock.resume();
  await expect(problem).toBeVisible();
  await expect(filter).toHaveAttribute('aria-invalid', 'true');
  await expect(page.locator('mark')).toHaveText('$.data.order.id=');
  await expect(rowsWith(page, 'order.created').first()).toBeVisible();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 900, height: 900 });
    await look(page, testInfo.outputPath(`problem-900-${colorScheme}.png`));
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.keyboard.type(soughtId);
  await expect(problem).toBeHidden();
  await expect(count).toContainText(/^1 of 10,0/);
  await expect(rowsWith(page, '"place":5432')).toBeVisible();

  // Kept under a name, found again.
  const saved = page.getByRole('button', { name: 'Saved filters' });
  await saved.click();
  await page.getByLabel('Save this filter as').fill('The lost order');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Delete The lost order' })).toBeVisible();
  await look(page, testInfo.outputPath('saved.png'));
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Clear filter' }).click();
  await expect(count).toContainText(/10,0\d\d events/);
  await saved.click();
  await page.getByRole('button', { name: /^The lost order/ }).click();
  await expect(filter).toHaveValue(`channel:orders $.data.order.id=${soughtId}`);
  await expect(count).toContainText(/^1 of 10,0/);
  await saved.click();
  await page.getByRole('button', { name: 'Delete The lost order' }).click();
  await expect(page.getByText('None yet.')).toBeVisible();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'What a filter can say' }).click();
  await expect(page.getByRole('dialog')).toContainText('$.data.order.id=42');
  await look(page, testInfo.outputPath('help.png'));
  await page.keyboard.press('Escape');

  // An expression that would take for ever is ended; what was typed and the rows before it are still there.
  await filter.fill(hostile);
  await expect(page.getByText(/took longer than 2 s on event \d+ and was ended/)).toBeVisible({
    timeout: 30_000,
  });
  await expect(filter).toHaveValue(hostile);
  await expect(rowsWith(page, '"place":5432')).toBeVisible();
  await look(page, testInfo.outputPath('ended.png'));
  await page.getByRole('tab', { name: 'Publish' }).click();
  await page.getByRole('tab', { name: 'Inspector' }).click();
  await expect(filter).toHaveValue(hostile);
  app.channels.publish('invoices', 'invoice.paid', '{}');
  await filter.fill('event:invoice.paid');
  await expect(rowsWith(page, 'invoice.paid')).toBeVisible();
  await server.close();
});
