/** The names of an app's tabs. */
import type { AppTab } from '../state/index.ts';

export const tabLabels: Readonly<Record<AppTab, string>> = {
  inspector: 'Inspector',
  channels: 'Channels',
  presence: 'Presence',
  publish: 'Publish',
  keys: 'Keys & rotation',
  connections: 'Connections',
};
