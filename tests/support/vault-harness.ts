/** A Vault over a real vault process, which remembers what it told and what left the process, to search for secrets. */
import { randomBytes, randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { VaultState, VaultStatus } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { type AuditTrail, MemoryAuditTrail } from '../../electron/audit/index.ts';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import type { ChildExit, SpawnChild } from '../../electron/processes/port.ts';
import {
  type CheckEndpoints,
  type CredentialIndex,
  MemoryCredentialIndex,
  Vault,
} from '../../electron/vault/index.ts';
import { eventually } from './conditions.ts';
import { noProviders } from './provider-hosts.ts';
import { formatOf } from './secret-formats.ts';

const vaultProcess = new URL('../../electron/vault/process.ts', import.meta.url);

export class VaultHarness {
  readonly profileId = randomUUID();
  readonly key = randomBytes(10).toString('hex');
  readonly index: CredentialIndex;
  /** Of what it was not given one for. */
  readonly audit = new MemoryAuditTrail();
  readonly vault: Vault;
  readonly statuses: VaultStatus[] = [];
  readonly exits: ChildExit[] = [];
  readonly pids: number[] = [];
  /** What could not be written down. */
  readonly unaudited: unknown[] = [];
  /** How many calls of the keychain the vault process has begun. */
  keychainCalls = 0;
  /** Everything that left the vault process, and every failure seen. */
  readonly #told: unknown[] = [];
  readonly #secrets: string[] = [];
  /** The processes that have a call of the keychain under way: it is one at a time. */
  readonly #callsUnderWay = new Set<unknown>();

  constructor(options: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly index?: CredentialIndex;
    readonly audit?: AuditTrail;
    /** For a vault file. */
    readonly folder?: string;
    /** In place of the vault's own process. */
    readonly entry?: URL;
    readonly waitingAfterMs?: number;
    /** In place of the providers' hosts. Without it, none can be reached. */
    readonly checkEndpoints?: CheckEndpoints;
    readonly now?: () => number;
  }) {
    const spawn: SpawnChild = (module, { name, env }) => {
      const child = spawnNodeChild(module, { name, env: { ...env, ...options.env } });
      if (child.pid !== undefined) this.pids.push(child.pid);
      const underWay = this.#callsUnderWay;
      child.onExit(() => underWay.delete(child));
      child.onMessage((message) => {
        this.#told.push(message);
        const { notice } = message as { notice?: string };
        if (notice === 'keychainCallEnded') underWay.delete(child);
        if (notice !== 'keychainCallStarted') return;
        this.keychainCalls++;
        underWay.add(child);
      });
      return child;
    };
    this.index = options.index ?? new MemoryCredentialIndex();
    this.vault = new Vault({
      formatOf,
      spawn,
      entry: options.entry ?? vaultProcess,
      folder: options.folder ?? '/nonexistent/latchkey',
      index: this.index,
      audit: options.audit ?? this.audit,
      onUnexpectedExit: (exit) => this.exits.push(exit),
      onUnaudited: (error) => this.unaudited.push(error),
      ...(options.waitingAfterMs === undefined ? {} : { waitingAfterMs: options.waitingAfterMs }),
      checkEndpoints: options.checkEndpoints ?? noProviders,
      ...(options.now ? { now: options.now } : {}),
    });
    this.vault.changed.add((status) => this.statuses.push(status));
  }

  /** A call of the keychain has been begun and has not ended. */
  get isAskingKeychain(): boolean {
    return this.#callsUnderWay.size > 0;
  }

  get pid(): number {
    const pid = this.pids.at(-1);
    if (pid === undefined) throw new Error('No vault process was started');
    return pid;
  }

  /** A random one, to be searched for at the end. */
  newSecret(): string {
    return this.plant(randomBytes(20).toString('hex'));
  }

  newMasterKey(): string {
    return this.plant(randomBytes(32).toString('base64'));
  }

  plant(secret: string): string {
    this.#secrets.push(secret);
    return secret;
  }

  enterSecret(value = this.newSecret(), slot: 'current' | 'next' | 'previous' = 'current', key = this.key) {
    return this.vault.enterSecret({ profileId: this.profileId, kind: 'secret', slot, key, value });
  }

  enterMasterKey(value = this.newMasterKey(), slot: 'current' | 'next' | 'previous' = 'current') {
    return this.vault.enterSecret({ profileId: this.profileId, kind: 'masterKey', slot, value });
  }

  sign(channel = 'private-orders') {
    return this.vault.signChannel({ profileId: this.profileId, socketId: '12.34', channel });
  }

  /** The failure of a call that is expected to fail. */
  async failureOf(work: Promise<unknown> | (() => unknown)): Promise<AppError> {
    try {
      await (typeof work === 'function' ? work() : work);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#told.push(error.toFailure(), error.stack, String(error.cause));
      return error;
    }
    throw new Error('It did not fail');
  }

  async untilState(state: VaultState): Promise<VaultStatus> {
    return eventually(() => (this.vault.status.state === state ? this.vault.status : undefined), {
      what: `“${state}”`,
    });
  }

  /** Ends the process, and fails when any planted secret is in what the vault told. */
  close(): void {
    this.vault.close();
    const told = JSON.stringify([this.#told, this.statuses, this.index.list({}), this.audit.notes]);
    for (const secret of this.#secrets) {
      expect(told.includes(secret), 'a secret was told').toBe(false);
      expect(told.includes(JSON.stringify(secret).slice(1, -1)), 'a secret was told').toBe(false);
    }
  }
}
