/** The leak sweep as the main side asks for it: for every secret of the open store. No secret comes back, places only. */
import { AppError } from '#shared/lib/app-error.ts';
import { Listeners } from '#shared/lib/disposer.ts';
import type { CredentialBook } from './credential-book.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Place, Progress, SweepResult } from './sweep/index.ts';

export interface SweepReport extends Omit<SweepResult, 'found'> {
  /** How many were looked for, those that are too short included. */
  readonly secrets: number;
  /** Secrets that the store no longer has. */
  readonly missing: number;
  readonly found: readonly (Place & { readonly profileId: string })[];
}

export class Sweeps {
  readonly progressed = new Listeners<Progress>();
  readonly #lifecycle: Lifecycle;
  readonly #book: CredentialBook;

  constructor(lifecycle: Lifecycle, book: CredentialBook) {
    this.#lifecycle = lifecycle;
    this.#book = book;
  }

  /** @throws AppError `no_credential`, `not_found`, `conflict`, `cancelled`, `vault_locked`, or a store's failure */
  async run(
    { folder, hasHistory }: { readonly folder: string; readonly hasHistory: boolean },
    signal: AbortSignal,
  ): Promise<SweepReport> {
    const { process, store, atLeisure } = await this.#lifecycle.ready();
    const records = this.#book.storedIn(store);
    if (records.length === 0) {
      throw new AppError('no_credential', 'There is no secret in the vault to look for.', {
        hint: 'Add an app or a service with its secrets first.',
      });
    }
    // Read before, so that the sweep itself never waits for a keychain.
    const secrets = [];
    for (const { credentialId, profileId, kind } of records) {
      if (signal.aborted) throw new AppError('cancelled', 'The sweep was cancelled.');
      const isThere = await process.call('load', { credentialId }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof AppError && error.code === 'no_credential') return false;
          throw error;
        },
      );
      if (isThere) secrets.push({ credentialId, profileId, isMasterKey: kind === 'masterKey' });
    }
    const owners = new Map(secrets.map(({ credentialId, profileId }) => [credentialId, profileId]));
    const sweeping = atLeisure('sweep', {
      folder,
      hasHistory,
      secrets: secrets.map(({ credentialId, isMasterKey }) => ({ credentialId, isMasterKey })),
    });
    // One that ended meanwhile has nothing to cancel; its own call says how it ended.
    const cancel = () => void atLeisure('cancelSweep', {}).catch(() => {});
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const { found, ...rest } = await sweeping;
      return {
        ...rest,
        secrets: secrets.length,
        missing: records.length - secrets.length,
        found: found.map((place) => ({ ...place, profileId: owners.get(place.credentialId) ?? '' })),
      };
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }
}
