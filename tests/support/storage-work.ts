/** What `storage-process.ts` writes to the database, and what is to be found there afterwards. */
import type { ProfileInput } from '#shared/contract/profiles.ts';
import { Profiles } from '../../electron/profiles/index.ts';
import { Settings } from '../../electron/settings/index.ts';
import { type Database, Preferences } from '../../electron/storage/index.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Profiles go by their names here, which are never used twice: an id is known only when its profile is stored. */
export type Change =
  | { readonly kind: 'save'; readonly name: string; readonly appId: string }
  | { readonly kind: 'remove'; readonly name: string }
  /** Takes the last removal back. */
  | { readonly kind: 'restore'; readonly name: string }
  | { readonly kind: 'settings'; readonly sidebarWidthPx: number }
  | { readonly kind: 'preference'; readonly name: string; readonly value: unknown };

/** A change is told before it is made, and when it is made: from then on it is to be kept. */
export type StorageProgress =
  | { readonly state: 'opening' }
  | { readonly state: 'about' | 'done'; readonly change: Change };

/** What the rooms show. */
export interface Contents {
  /** The app's id, by the profile's name. */
  readonly profiles: Readonly<Record<string, string>>;
  readonly sidebarWidthPx: number;
  readonly preferences: Readonly<Record<string, unknown>>;
}

export interface Model {
  readonly contents: Contents;
  /** The last removal, while it can be taken back. */
  readonly removed?: { readonly name: string; readonly appId: string } | undefined;
}

const preferenceNames = ['window', 'other'] as const;

export const emptyModel: Model = { contents: { profiles: {}, sidebarWidthPx: 220, preferences: {} } };

export function after({ contents, removed }: Model, change: Change): Model {
  const { profiles, preferences } = contents;
  switch (change.kind) {
    case 'save':
      return { contents: { ...contents, profiles: { ...profiles, [change.name]: change.appId } }, removed };
    case 'remove': {
      const { [change.name]: appId = '', ...rest } = profiles;
      return { contents: { ...contents, profiles: rest }, removed: { name: change.name, appId } };
    }
    case 'restore':
      return {
        contents: { ...contents, profiles: { ...profiles, [change.name]: removed?.appId ?? '' } },
      };
    case 'settings':
      return { contents: { ...contents, sidebarWidthPx: change.sidebarWidthPx }, removed };
    case 'preference':
      return {
        contents: { ...contents, preferences: { ...preferences, [change.name]: change.value } },
        removed,
      };
  }
}

/** @param number none that an earlier change had */
export function nextChange({ contents, removed }: Model, random: SeededRandom, number: number): Change {
  const names = Object.keys(contents.profiles);
  const name = names.length > 0 ? random.pick(names) : undefined;
  const appId = String(random.integer(0, 1e9));
  const kind = random.pick(['settings', 'preference', 'add', 'add', 'change', 'remove', 'restore'] as const);
  if (kind === 'settings') return { kind, sidebarWidthPx: random.integer(160, 480) };
  if (kind === 'preference') return { kind, name: random.pick(preferenceNames), value: random.json() };
  if (kind === 'restore' && removed) return { kind, name: removed.name };
  if (kind === 'remove' && name !== undefined) return { kind, name };
  if (kind === 'change' && name !== undefined) return { kind: 'save', name, appId };
  return { kind: 'save', name: `app ${number}`, appId };
}

/** The rooms that keep something in the database. */
export class StorageRooms {
  readonly profiles: Profiles;
  readonly settings: Settings;
  readonly preferences: Preferences;
  #undoToken = '';

  constructor(database: Database) {
    this.profiles = new Profiles(database, {
      onChanged: () => {},
      onSaved: () => {},
      onRemoved: () => {},
      onGone: async () => {},
    });
    this.preferences = new Preferences(database);
    this.settings = new Settings(this.preferences, () => {});
  }

  make(change: Change): void {
    switch (change.kind) {
      case 'save':
        this.profiles.save(profileInput(change.name, change.appId), this.#idOf(change.name));
        return;
      case 'remove':
        this.#undoToken = this.profiles.remove(this.#idOf(change.name) ?? '').undoToken;
        return;
      case 'restore':
        this.profiles.restore(this.#undoToken);
        return;
      case 'settings':
        this.settings.update({ sidebarWidthPx: change.sidebarWidthPx });
        return;
      case 'preference':
        this.preferences.write(change.name, change.value);
    }
  }

  contents(): Contents {
    const stored = preferenceNames.map((name) => [name, this.preferences.read(name)] as const);
    return {
      profiles: Object.fromEntries(this.profiles.list().map(({ name, appId }) => [name, appId])),
      sidebarWidthPx: this.settings.get().sidebarWidthPx,
      preferences: Object.fromEntries(stored.filter(([, value]) => value !== undefined)),
    };
  }

  #idOf(name: string): string | undefined {
    return this.profiles.list().find((profile) => profile.name === name)?.profileId;
  }
}

function profileInput(name: string, appId: string): ProfileInput {
  return {
    name,
    environment: 'local',
    dialect: 'other',
    appId,
    key: `key-${appId}`,
    location: { kind: 'cluster', cluster: 'eu' },
  };
}
