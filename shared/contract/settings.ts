/** What the user chose about the app itself. */
import * as z from 'zod';
import { call, event, nothing } from './define.ts';
import * as s from './strings.ts';

export const themes = ['system', 'light', 'dark'] as const;

/** Minutes without use. 0: never. */
export const lockTimes = [0, 1, 5, 15, 60] as const;

/** Days and megabytes (of all apps together) that earlier sessions are kept for. */
export const historyDays = [1, 7, 30, 90, 365] as const;
export const historyMegabytes = [256, 1024, 4096, 16_384] as const;

export const savedFiltersLimit = 50;

/** Columns of the log, in their order. `connection` shows where an app has, or may have had, several. */
export const logColumns = [
  'time',
  'delta',
  'direction',
  'connection',
  'channel',
  'event',
  'size',
  'key',
  'data',
] as const;
export type LogColumn = (typeof logColumns)[number];

export const settingsValues = z.strictObject({
  theme: z.enum(themes),
  sidebarWidthPx: z.number().int().min(160).max(480),
  isSidebarCollapsed: z.boolean(),
  detailHeightPx: z.number().int().min(120).max(1200),
  /** After which the vault is locked. The session-only store is not. */
  lockAfterMinutes: z.literal(lockTimes),
  historyDays: z.literal(historyDays),
  historyMegabytes: z.literal(historyMegabytes),
  /** Filters of the log that the user gave a name; each name once. */
  savedFilters: z.array(z.strictObject({ name: s.label, filter: s.filterText })).max(savedFiltersLimit),
  /** Those that are shown. */
  logColumns: z.array(z.enum(logColumns)).min(1).max(logColumns.length),
});
export type SettingsValues = z.infer<typeof settingsValues>;

export const defaultSettings: SettingsValues = {
  theme: 'system',
  sidebarWidthPx: 220,
  isSidebarCollapsed: false,
  detailHeightPx: 280,
  lockAfterMinutes: 5,
  historyDays: 30,
  historyMegabytes: 1024,
  savedFilters: [],
  logColumns: logColumns.filter((column) => column !== 'delta'),
};

export const settings = {
  get: call({ input: nothing, output: settingsValues }),
  update: call({ input: settingsValues.partial(), output: settingsValues, errors: ['storage_failed'] }),
  changed: event(settingsValues),
};

/** About the app that runs. */
export const about = {
  info: call({
    input: nothing,
    output: z.strictObject({
      version: s.version,
      host: z.enum(['electron', 'web']),
      platform: z.enum(['darwin', 'win32', 'linux', 'other']),
      dataFolder: s.filePath,
      /** Files are chosen in a dialog of the host: see `files.choose`. */
      hasFilePicker: z.boolean(),
      /** Things found at start that the user should know, such as a database that was set aside. */
      notices: z.array(s.prose),
    }),
  }),
  /** A menu item or a global key of the host: the page runs its command of this name. */
  commandChosen: event(z.strictObject({ commandId: s.commandId })),
};
