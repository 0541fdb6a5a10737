/** The link that opens Latchkey in a browser: what it does once, and what the page says when it does not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { type HostChild, startHostChild } from '../../support/web-host.ts';
import { startWebHost } from '../support/hosts.ts';
import { test as base, expect } from '../support/web-host.ts';

const builtPage = fileURLToPath(new URL('../../../out/renderer', import.meta.url));

/** A host that gives as many links as a test wants. */
const test = base.extend<{ giver: HostChild }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern.
  giver: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-e2e-'));
    const giver = await startHostChild(folder, builtPage);
    await use(giver);
    expect(await giver.stop()).toBe(0);
    rmSync(folder, { recursive: true, force: true });
  },
});

async function expectIn(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: 'Try it with the built-in sandbox' })).toBeVisible();
  // Nothing of the link is left where it can be read, or copied by mistake.
  expect(new URL(page.url()).hash).toBe('');
}

test('opens one tab, which may be loaded again and may open its link again', async ({ page, giver }) => {
  const url = await giver.createUrl();
  await page.goto(url);
  await expectIn(page);
  await page.reload();
  await expectIn(page);
  await page.goto('about:blank');
  await page.goto(url);
  await expectIn(page);
  await page.goto('about:blank');
  await page.goBack();
  await expectIn(page);
});

test('says in a second tab that it has been used, and takes a new one there', async ({
  page,
  context,
  giver,
}, testInfo) => {
  const url = await giver.createUrl();
  await page.goto(url);
  await expectIn(page);

  const second = await context.newPage();
  await second.goto(url);
  await expect(second.getByText('This link has been used')).toBeVisible();
  await expect(second.getByText('Start Latchkey again to get a new one.')).toBeVisible();
  expect(new URL(second.url()).hash).toBe('');
  await second.screenshot({ path: testInfo.outputPath('used-link.png') });
  const { violations } = await new AxeBuilder({ page: second }).withTags(['wcag2a', 'wcag2aa']).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await second.reload();
  await expect(second.getByText('This link has been used')).toBeVisible();

  // Only the fragment of the address changes: the document would stay.
  await second.goto(await giver.createUrl());
  await expectIn(second);
  // The first tab was never in question.
  await page.reload();
  await expectIn(page);
});

test('is needed, and the bare address says so until a link is given', async ({ page, giver }, testInfo) => {
  await page.goto(`http://127.0.0.1:${giver.port}/`);
  await expect(page.getByText('This address needs its link')).toBeVisible();
  await page.screenshot({ path: testInfo.outputPath('bare-address.png') });
  await page.goto(`http://127.0.0.1:${giver.port}/#ticket=made-up`);
  await expect(page.getByText('This link belongs to another run of Latchkey')).toBeVisible();
  await page.goto(await giver.createUrl());
  await expectIn(page);
});

test('of a new run opens the tab of the run before, with what was typed there', async ({
  page,
  dataFolder,
}) => {
  const first = await startWebHost({ dataFolder });
  await page.goto(first.url);
  await page.getByRole('button', { name: 'Add an app' }).click();
  await page.getByLabel('Name', { exact: true }).fill('half typed');
  await first.stop();
  await expect(page.getByText('Latchkey can’t be reached')).toBeVisible();

  // The page finds the new run by itself.
  const second = await startWebHost({ dataFolder, port: Number(new URL(first.url).port) });
  try {
    await expect(page.getByText('Latchkey was started again')).toBeVisible();
    await page.goto(second.url);
    await expect(page.getByText('Latchkey was started again')).toBeHidden();
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('half typed');
    expect(new URL(page.url()).hash).toBe('');
  } finally {
    await second.stop();
  }
});
