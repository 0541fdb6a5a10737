/** The dialogs for files: what the system is asked, and what the page hears of the answer. */
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
