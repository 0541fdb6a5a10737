/**
 * The sandbox as the app uses it: one click starts the server, hands its credentials to the vault, makes its profile
 * and connects. What it makes for a rotation goes to the vault the same way.
 */
import type { Profile, ProfileInput } from '#shared/contract/profiles.ts';
import type { SandboxStatus } from '#shared/contract/sandbox.ts';
import type { AppSecretKind, Slot, VaultStatus } from '#shared/contract/vault.ts';
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
      kind: AppSecretKind;
      slot: Slot;
      key?: string;
      value: string;
    }): Promise<unknown>;
    removeSlot(input: { profileId: string; kind: AppSecretKind; slot: Slot }): Promise<void>;
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
  /** Stands for one start until it is stopped, fails or loses its process. Work of an earlier one is dropped. */
  #run: object | undefined;
  #stopping = Promise.resolve();

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.#process = new SandboxProcess(options.spawn, options.entry);
    this.#process.onUnexpectedExit(() => {
      this.#run = undefined;
      this.#become({
        ...stopped,
        profileId: this.#status.profileId,
        state: 'failed',
        reason: 'The sandbox’s process ended unexpectedly.',
      });
    });
  }

  /** Its app is known before the first start of this run: it was kept. */
  get status(): SandboxStatus {
    if (this.#status.profileId !== null) return this.#status;
    const kept = this.#options.profiles.list().find(({ dialect }) => dialect === 'sandbox');
    return { ...this.#status, profileId: kept?.profileId ?? null };
  }

  async start(): Promise<SandboxStatus> {
    if (this.#run) return this.#status;
    if (this.#options.vault.status.state !== 'unlocked') {
      throw new AppError('vault_locked', 'The sandbox’s credentials go into the vault, which is not open.', {
        hint: 'Unlock the vault, or choose where to keep secrets, and start the sandbox again.',
        retryable: true,
      });
    }
    const run = {};
    this.#run = run;
    this.#become({ ...stopped, state: 'starting' });
    try {
      await this.#during(run, this.#stopping);
      return await this.#start(run);
    } catch (error) {
      // Whoever ended this run has said so in the status.
      if (this.#run === run) await this.#process.stop();
      if (this.#run === run) {
        this.#run = undefined;
        const reason = error instanceof AppError ? error.message : 'The sandbox could not be started.';
        this.#become({ ...stopped, state: 'failed', reason });
      }
      throw error;
    }
  }

  async #start(run: object): Promise<SandboxStatus> {
    const { port, appId, key, secret, masterKeyBase64 } = await this.#during(run, this.#process.start());
    const { profileId } = this.#saveProfile({ port, appId, key });
    this.#become({ ...this.#status, profileId });
    await this.#during(run, this.#handOver(profileId, 'secret', 'current', secret, key));
    await this.#during(run, this.#handOver(profileId, 'masterKey', 'current', masterKeyBase64));
    await this.#during(run, this.#forgetOlder(profileId));
    this.#options.onNewCredentials(profileId);
    this.#options.live.connect(profileId);
    return this.#become({ ...stopped, state: 'running', port, profileId });
  }

  async stop(): Promise<SandboxStatus> {
    const { profileId } = this.#status;
    if (profileId) this.#options.live.disconnect(profileId);
    return this.#end(profileId);
  }

  /** Its profile was removed: without one there is no way to reach it. */
  async profileRemoved(profileId: string): Promise<void> {
    if (this.#status.profileId === profileId) await this.#end(null);
  }

  async setDemo(isRunning: boolean): Promise<SandboxStatus> {
    const run = this.#run;
    const { profileId } = this.#status;
    if (isRunning && this.#status.state === 'running' && profileId) {
      for (const channel of Object.values(demoChannels)) this.#options.live.subscribe({ profileId, channel });
    }
    await this.#during(run, this.#process.setDemo(isRunning));
    return this.#become({ ...this.#status, isDemoRunning: isRunning });
  }

  /** A second pair, which goes into the vault as the next one. */
  async createPair(profileId: string): Promise<{ key: string }> {
    const run = this.#requireProfile(profileId);
    const { key, secret } = await this.#during(run, this.#process.createPair());
    await this.#handOver(profileId, 'secret', 'next', secret, key);
    return { key };
  }

  revokePair(key: string): Promise<void> {
    return this.#process.revokePair(key);
  }

  async createMasterKey(profileId: string): Promise<void> {
    const run = this.#requireProfile(profileId);
    const { masterKeyBase64 } = await this.#during(run, this.#process.createMasterKey());
    await this.#handOver(profileId, 'masterKey', 'next', masterKeyBase64);
  }

  switchToNewMasterKey(): Promise<void> {
    return this.#process.useMasterKey();
  }

  async close(): Promise<void> {
    this.#run = undefined;
    await this.#process.stop();
  }

  async #end(profileId: string | null): Promise<SandboxStatus> {
    this.#run = undefined;
    this.#stopping = this.#process.stop();
    await this.#stopping;
    // A start that waited for this one may be under way by now.
    return this.#run ? this.#status : this.#become({ ...stopped, profileId });
  }

  /** What `work` gave, if the sandbox still runs as it did. @throws AppError `cancelled` */
  async #during<T>(run: object | undefined, work: Promise<T>): Promise<T> {
    const result = await work;
    if (this.#run === run) return result;
    throw new AppError('cancelled', 'The sandbox was stopped meanwhile.', {
      hint: 'Start it again.',
      retryable: true,
    });
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
    kind: AppSecretKind,
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

  #requireProfile(profileId: string): object {
    const { state, profileId: its } = this.#status;
    if (this.#run && state === 'running' && its === profileId) return this.#run;
    throw new AppError('sandbox_failed', 'The sandbox is not running.', { hint: 'Start it first.' });
  }

  #become(status: SandboxStatus): SandboxStatus {
    this.#status = status;
    this.#options.onChanged(status);
    return status;
  }
}
