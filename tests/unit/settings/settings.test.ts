import { expect, it } from 'vitest';
import { defaultSettings } from '#shared/contract/settings.ts';
import { Settings } from '../../../electron/settings/index.ts';
import { Database, Preferences } from '../../../electron/storage/index.ts';

it('settings that are given as undefined stay as they are', async () => {
  const database = await Database.inMemory();
  const settings = new Settings(new Preferences(database), () => {});
  expect(settings.update({ theme: 'dark', sidebarWidthPx: undefined })).toEqual({
    ...defaultSettings,
    theme: 'dark',
  });
  database.close();
});
