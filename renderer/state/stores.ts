/** The stores that the whole page shares. Made once, in `main.tsx`; nothing happens on import. */
import type { CallOutput } from '#shared/contract/index.ts';
import type { Connection } from '#shared/contract/live.ts';
import type { Profile, Service } from '#shared/contract/profiles.ts';
import type { Provider } from '#shared/contract/providers.ts';
import type { RotationRecord } from '#shared/contract/rotation.ts';
import type { SandboxStatus } from '#shared/contract/sandbox.ts';
import type { SettingsValues } from '#shared/contract/settings.ts';
import type { VaultMove, VaultStatus } from '#shared/contract/vault.ts';
import type { Disposer } from '#shared/lib/disposer.ts';
import type { Client } from '../bridge/index.ts';
import { CopiedSecret } from './copied-secret.ts';
import { Drafts } from './drafts.ts';
import { LogViews } from './log-view.ts';
import { Navigation } from './navigation.ts';
import { Remote } from './remote.ts';
import { SweepRun } from './sweep-run.ts';

export type AboutInfo = CallOutput<'about.info'>;

export interface Stores {
  readonly about: Remote<AboutInfo>;
  readonly profiles: Remote<readonly Profile[]>;
  readonly services: Remote<readonly Service[]>;
  readonly providers: Remote<readonly Provider[]>;
  readonly vault: Remote<VaultStatus>;
  readonly vaultMove: Remote<VaultMove | null>;
  readonly connections: Remote<readonly Connection[]>;
  readonly settings: Remote<SettingsValues>;
  readonly sandbox: Remote<SandboxStatus>;
  readonly rotations: Remote<readonly RotationRecord[]>;
  readonly logs: LogViews;
  readonly navigation: Navigation;
  readonly drafts: Drafts;
  readonly copied: CopiedSecret;
  readonly sweep: SweepRun;
}

export function createStores(client: Client, storage: Pick<Storage, 'getItem' | 'setItem'>): Stores {
  return {
    about: new Remote({ load: () => client.call('about.info', {}), listen: () => () => undefined }),
    profiles: new Remote<readonly Profile[]>({
      load: async () => (await client.call('profiles.list', {})).profiles,
      listen: ({ set }) => client.on('profiles.changed', (payload) => set(payload.profiles)),
    }),
    services: new Remote<readonly Service[]>({
      load: async () => (await client.call('profiles.list', {})).services,
      listen: ({ set }) => client.on('profiles.changed', (payload) => set(payload.services)),
    }),
    providers: new Remote<readonly Provider[]>({
      load: async () => (await client.call('providers.list', {})).providers,
      listen: () => () => undefined,
    }),
    vault: new Remote<VaultStatus>({
      load: () => client.call('vault.status', {}),
      listen: ({ set }) => client.on('vault.changed', set),
    }),
    vaultMove: new Remote<VaultMove | null>({
      load: async () => (await client.call('vault.move', {})).move,
      listen: ({ set }) => client.on('vault.moveChanged', ({ move }) => set(move)),
    }),
    connections: new Remote<readonly Connection[]>({
      load: async () => (await client.call('live.list', {})).connections,
      listen: ({ change }) => {
        const stopChanged = client.on('live.changed', (connection) =>
          change((all) => replaceBy(all, connection, connectionId)),
        );
        const stopClosed = client.on('live.closed', (closed) =>
          change((all) => all.filter((each) => connectionId(each) !== connectionId(closed))),
        );
        return () => {
          stopChanged();
          stopClosed();
        };
      },
    }),
    settings: new Remote<SettingsValues>({
      load: () => client.call('settings.get', {}),
      listen: ({ set }) => client.on('settings.changed', set),
    }),
    sandbox: new Remote<SandboxStatus>({
      load: () => client.call('sandbox.status', {}),
      listen: ({ set }) => client.on('sandbox.changed', set),
    }),
    rotations: new Remote<readonly RotationRecord[]>({
      load: async () => (await client.call('rotation.list', {})).rotations,
      listen: ({ change }) =>
        client.on('rotation.changed', (record) =>
          change((all) => replaceBy(all, record, (each) => each.rotationId)),
        ),
    }),
    logs: new LogViews(client),
    navigation: new Navigation(storage),
    drafts: new Drafts(),
    copied: new CopiedSecret(client.secrets),
    sweep: new SweepRun(client),
  };
}

/** Loads everything, and again whenever the main side comes back. */
export function keepLoaded(client: Client, stores: Stores): Disposer {
  const {
    about,
    profiles,
    services,
    providers,
    vault,
    vaultMove,
    connections,
    settings,
    sandbox,
    rotations,
  } = stores;
  const remotes = [
    about,
    profiles,
    services,
    providers,
    vault,
    vaultMove,
    connections,
    settings,
    sandbox,
    rotations,
  ];
  const loadAll = () => {
    for (const remote of remotes) void remote.load();
  };
  loadAll();
  let wasLost = false;
  return client.onStatus(({ state }) => {
    if (state !== 'online') wasLost = true;
    else if (wasLost) {
      wasLost = false;
      loadAll();
    }
  });
}

/** Of one of an app's connections. */
function connectionId({ profileId, connection }: Pick<Connection, 'profileId' | 'connection'>): string {
  return `${profileId} ${connection}`;
}

/** The list with this item in place of the one with the same id, or at its end. */
export function replaceBy<T>(all: readonly T[], item: T, idOf: (item: T) => string): readonly T[] {
  const index = all.findIndex((each) => idOf(each) === idOf(item));
  return index < 0 ? [...all, item] : all.with(index, item);
}
