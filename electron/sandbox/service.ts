/**
 * The sandbox as the app uses it: one click starts the server, hands its credentials to the vault, makes its profile
 * and connects. What it makes for a rotation goes to the vault the same way.
 */
import type { Profile, ProfileInput } from '#shared/contract/profiles.ts';
import type { SandboxStatus } from '#shared/contract/sandbox.ts';
import type { SecretKind, Slot, VaultStatus } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { SpawnChild } from '../processes/port.ts';
import { demoChannels } from './demo-channels.ts';
import { SandboxProcess } from './process-client.ts';

export interface SandboxOptions {
  readonly spawn: SpawnChild;
  readonly entry: URL;
  readonly vault: {
    readonly status: VaultStatus;
    handOver(input: {
      profileId: string;
      kind: SecretKind;
      slot: Slot;
      key?: string;
      value: string;
    }): Promise<unknown>;
    removeSlot(input: { profileId: string; kind: SecretKind; slot: Slot }): Promise<void>;
  };
  readonly profiles: { list(): Profile[]; save(input: ProfileInput, profileId?: string): Profile };
  readonly live: {
    connect(profileId: string): unknown;
    disconnect(profileId: string): unknown;
    subscribe(input: { profileId: string; channel: string }): unknown;
  };
  /** Its profile has new credentials: what was built on the old ones is void. */
  readonly onNewCredentials: (profileId: string) => void;
  readonly onChanged: (status: SandboxStatus) => void;
}

const stopped: SandboxStatus = {
  state: 'stopped',
  port: null,
  profileId: null,
  isDemoRunning: false,
  reason: null,
};

export class Sandbox {
  readonly #options: SandboxOptions;
  readonly #process: SandboxProcess;
  #status: SandboxStatus = stopped;

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.#process = new SandboxProcess(options.spawn, options.entry);
    this.#process.onUnexpectedExit(() =>
      this.#become({
        ...stopped,
        profileId: this.#status.profileId,
        state: 'failed',
        reason: 'The sandbox’s process ended unexpectedly.',
      }),
    );
  }

  get status(): SandboxStatus {
    return this.#status;
  }

  async start(): Promise<SandboxStatus> {
    if (this.#status.state === 'running' || this.#status.state === 'starting') return this.#status;
    if (this.#options.vault.status.state !== 'unlocked') {
      throw new AppError('vault_locked', 'The sandbox’s credentials go into the vault, which is not open.', {
        hint: 'Unlock the vault, or choose where to keep secrets, and start the sandbox again.',
        retryable: true,
      });
    }
    this.#become({ ...stopped, state: 'starting' });
    try {
      const { port, appId, key, secret, masterKeyBase64 } = await this.#process.start();
      const profile = this.#saveProfile({ port, appId, key });
      const { profileId } = profile;
      await this.#handOver(profileId, 'secret', 'current', secret, key);
      await this.#handOver(profileId, 'masterKey', 'current', masterKeyBase64);
      await this.#forgetOlder(profileId);
      this.#options.onNewCredentials(profileId);
      this.#options.live.connect(profileId);
      return this.#become({ ...stopped, state: 'running', port, profileId });
    } catch (error) {
      await this.#process.stop();
      const reason = error instanceof AppError ? error.message : 'The sandbox could not be started.';
      this.#become({ ...stopped, state: 'failed', reason });
      throw error;
    }
  }

  async stop(): Promise<SandboxStatus> {
    const { profileId } = this.#status;
    if (profileId) this.#options.live.disconnect(profileId);
    await this.#process.stop();
    return this.#become({ ...stopped, profileId });
  }

  async setDemo(isRunning: boolean): Promise<SandboxStatus> {
    const { profileId } = this.#status;
    if (isRunning && profileId) {
      for (const channel of Object.values(demoChannels)) this.#options.live.subscribe({ profileId, channel });
    }
    await this.#process.setDemo(isRunning);
    return this.#become({ ...this.#status, isDemoRunning: isRunning });
  }

  /** A second pair, which goes into the vault as the next one. */
  async createPair(profileId: string): Promise<{ key: string }> {
    this.#requireProfile(profileId);
    const { key, secret } = await this.#process.createPair();
    await this.#handOver(profileId, 'secret', 'next', secret, key);
    return { key };
  }

  revokePair(key: string): Promise<void> {
    return this.#process.revokePair(key);
  }

  async createMasterKey(profileId: string): Promise<void> {
    this.#requireProfile(profileId);
    const { masterKeyBase64 } = await this.#process.createMasterKey();
    await this.#handOver(profileId, 'masterKey', 'next', masterKeyBase64);
  }

  switchToNewMasterKey(): Promise<void> {
    return this.#process.useMasterKey();
  }

  async close(): Promise<void> {
    await this.#process.stop();
  }

  /** The sandbox has one profile, found again by its dialect: a new start gives it new credentials and a new port. */
  #saveProfile({ port, appId, key }: { port: number; appId: string; key: string }): Profile {
    const endpoint = { host: '127.0.0.1', port, tls: false, path: '' };
    const existing = this.#options.profiles.list().find(({ dialect }) => dialect === 'sandbox');
    return this.#options.profiles.save(
      {
        name: existing?.name ?? 'Sandbox',
        environment: existing?.environment ?? 'local',
        dialect: 'sandbox',
        appId,
        key,
        location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
      },
      existing?.profileId,
    );
  }

  async #handOver(
    profileId: string,
    kind: SecretKind,
    slot: Slot,
    value: string,
    key?: string,
  ): Promise<void> {
    await this.#options.vault.handOver({
      profileId,
      kind,
      slot,
      value,
      ...(key === undefined ? {} : { key }),
    });
  }

  async #forgetOlder(profileId: string): Promise<void> {
    for (const kind of ['secret', 'masterKey'] as const) {
      for (const slot of ['next', 'previous'] as const) {
        await this.#options.vault.removeSlot({ profileId, kind, slot });
      }
    }
  }

  #requireProfile(profileId: string): void {
    if (this.#status.state === 'running' && this.#status.profileId === profileId) return;
    throw new AppError('sandbox_failed', 'The sandbox is not running.', { hint: 'Start it first.' });
  }

  #become(status: SandboxStatus): SandboxStatus {
    this.#status = status;
    this.#options.onChanged(status);
    return status;
  }
}
