/** The dialogs for files: what the system is asked, and what the page hears of the answer. */
import { writeFileSync } from 'node:fs';
import { choose } from '../e2e/support/secrets.ts';
import { callMain } from './support/call-main.ts';
import { expect, test } from './support/test.ts';

test('a file is chosen in the system’s dialog, hidden ones too', async ({ app }) => {
  expect((await callMain(app.page, 'about.info', {})).hasFilePicker).toBe(true);
  const chosen = callMain(app.page, 'files.choose', { purpose: 'import', suggestedName: 'env' });
  await expect
    .poll(() => app.control('fileDialogs'))
    .toEqual([
      {
        kind: 'open',
        options: {
          title: 'Choose a file to import',
          defaultPath: 'env',
          properties: ['showHiddenFiles', 'dontAddToRecent', 'openFile'],
        },
      },
    ]);
  await expect(callMain(app.page, 'files.choose', { purpose: 'sweep' })).rejects.toThrow('already');
  await app.control('answerFileDialog', '/home/ana/.env');
  expect(await chosen).toEqual({ path: '/home/ana/.env' });
});

test('a file to write is named there, and a folder is chosen', async ({ app }) => {
  const named = callMain(app.page, 'files.choose', { purpose: 'export', suggestedName: 'shop.env' });
  await expect
    .poll(() => app.control('fileDialogs'))
    .toMatchObject([
      {
        kind: 'save',
        options: {
          defaultPath: 'shop.env',
          properties: ['showHiddenFiles', 'dontAddToRecent', 'createDirectory', 'showOverwriteConfirmation'],
        },
      },
    ]);
  await app.control('answerFileDialog', '/home/ana/shop.env');
  expect(await named).toEqual({ path: '/home/ana/shop.env' });

  const folder = callMain(app.page, 'files.choose', { purpose: 'sweep' });
  await expect
    .poll(() => app.control('fileDialogs'))
    .toMatchObject([
      { kind: 'open', options: { properties: ['showHiddenFiles', 'dontAddToRecent', 'openDirectory'] } },
    ]);
  await app.control('answerFileDialog', null);
  expect(await folder).toEqual({ path: null });
});

test('what is imported is named in the dialog, and the vault process reads it', async ({ app }, testInfo) => {
  const { page } = app;
  const secret = '0123456789abcdef0123';
  const path = testInfo.outputPath('.env');
  writeFileSync(path, `PUSHER_APP_ID=1\nPUSHER_KEY=k\nPUSHER_SECRET=${secret}\nPUSHER_CLUSTER=eu\n`);
  await choose(page, 'Keep secrets for this session only');
  await choose(page, 'Import credentials');
  await expect(page.getByLabel('File')).not.toBeEditable();
  await expect(callMain(page, 'imports.open', { path })).rejects.toThrow('was not chosen');
  await page.getByRole('button', { name: 'Choose…' }).press('Enter');
  await expect.poll(() => app.control('fileDialogs')).toHaveLength(1);
  await app.control('answerFileDialog', path);
  await expect(page.getByLabel('File')).toHaveValue(path);
  await page.getByRole('button', { name: 'See what is in it' }).click();
  await page.getByRole('button', { name: 'Import 1 secret of 1 app' }).click();
  await expect(page.getByText('1 secret is in the vault now.')).toBeVisible();
  expect(await app.control('received', secret)).toMatchObject({ withText: 0 });
});

test('what is pasted goes past the main process', async ({ app }) => {
  const { page } = app;
  const secret = 'abcdef0123456789abcd';
  await choose(page, 'Keep secrets for this session only');
  await choose(page, 'Import credentials');
  await page.getByLabel('What a dashboard copied').evaluate((field, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, `PUSHER_APP_ID=1\nPUSHER_KEY=k\nPUSHER_SECRET=${secret}\nPUSHER_CLUSTER=eu\n`);
  await page.getByRole('button', { name: 'Import 1 secret of 1 app' }).click();
  await expect(page.getByText('1 secret is in the vault now.')).toBeVisible();
  expect(await app.control('received', secret)).toMatchObject({ withText: 0 });
  expect(await app.control('received', 'imports.apply')).not.toMatchObject({ withText: 0 });
});
