/**
 * A keychain, apps that have secrets in it, and a vault for each of them: to let the keychain fail under all of them
 * at once, see what each is answered, and look for every secret afterwards.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect } from 'vitest';
import { type VaultStatus, vault } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { type CredentialIndex, idIn, MemoryCredentialIndex } from '../../electron/vault/index.ts';
import { type SecretService, startSecretService } from './secret-service.ts';
import { VaultHarness } from './vault-harness.ts';
import { copyOf, Errand, type Operation, operations, seed } from './vault-operations.ts';

/** Whatever the keychain does, the user is answered, or sees that it is waited for, in this time. */
export const answerLimitMs = 6000;
/** Shorter than the app's own, so that a busy machine does not decide the test. */
export const waitingAfterMs = 1000;
/** A main side that is blocked by a keychain is blocked for many seconds. */
const blockedMs = 3000;

type Env = Readonly<Record<string, string | undefined>>;
export type Answer = { readonly value: unknown } | { readonly error: unknown };

export interface Attempt {
  /** What the user saw first. Fails when it was neither in time. */
  readonly seen: Promise<'answer' | 'waiting'>;
  readonly answer: Promise<Answer>;
}

export interface Cell {
  readonly operation: Operation;
  readonly errand: Errand;
  readonly harness: VaultHarness;
}

interface Seeds {
  readonly index: CredentialIndex;
  readonly errands: readonly Errand[];
  /** The keyring's own files, by their names. */
  readonly keyrings: ReadonlyMap<string, Buffer>;
}

/** Of a test file: the same for each of its stages, which copy it. */
let seeding: Promise<Seeds> | undefined;

async function makeSeeds(): Promise<Seeds> {
  const service = await startSecretService();
  try {
    await service.startKeyring();
    const { vault, index } = new VaultHarness({ env: service.env });
    await vault.start();
    const errands = operations.map(() => new Errand());
    for (const errand of errands) await seed(vault, errand);
    vault.close();
    await service.stopKeyring();
    const folder = keyringsOf(service);
    const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const);
    return { index, errands, keyrings: new Map(files) };
  } finally {
    await service.close();
  }
}

const keyringsOf = ({ folder }: SecretService) => join(folder, 'data/keyrings');

export class Stage {
  readonly service: SecretService;
  readonly errands: readonly Errand[];
  readonly #index: CredentialIndex;
  readonly #harnesses: VaultHarness[] = [];
  readonly #pace: ReturnType<typeof monitorEventLoopDelay>;

  private constructor(service: SecretService, { index, errands }: Seeds) {
    this.service = service;
    this.#index = index;
    this.errands = errands.map((errand) => new Errand(errand));
    this.#pace = monitorEventLoopDelay({ resolution: 10 });
  }

  /** With a keyring that works, and in it the secrets of an app for each operation. */
  static async prepare(options: { readonly withPrompter?: boolean } = {}): Promise<Stage> {
    seeding ??= makeSeeds();
    const seeds = await seeding;
    const service = await startSecretService(options);
    mkdirSync(keyringsOf(service), { mode: 0o700 });
    for (const [name, content] of seeds.keyrings) writeFileSync(join(keyringsOf(service), name), content);
    await service.startKeyring();
    const stage = new Stage(service, seeds);
    stage.#pace.enable();
    return stage;
  }

  /** A vault that was not started yet, which knows of the secrets of these apps. */
  vaultOf(
    errands: readonly Errand[],
    env: Env = this.service.env,
    options: { readonly waitingAfterMs?: number; readonly now?: () => number } = {},
  ): VaultHarness {
    const index = new MemoryCredentialIndex();
    for (const { profileId } of errands) copyOf(this.#index, profileId, index);
    return this.#add(new VaultHarness({ env, index, folder: this.#folder(), waitingAfterMs, ...options }));
  }

  /** A vault at its very first start. */
  newVault(env: Env = this.service.env): VaultHarness {
    return this.#add(new VaultHarness({ env, waitingAfterMs }));
  }

  /** Latchkey closed and started again, where the keychain works. */
  restarted(harness: VaultHarness): VaultHarness {
    harness.vault.close();
    return this.#add(new VaultHarness({ env: this.service.env, index: harness.index, waitingAfterMs }));
  }

  attempt({ operation, errand, harness }: Cell): Attempt {
    const startedAt = performance.now();
    const { vault } = harness;
    const answer: Promise<Answer> = operation.run(vault, errand).then(
      (value) => ({ value }),
      (error) => ({
        error: isForeseen(operation, error) ? error : new Error('Not in the contract', { cause: error }),
      }),
    );
    const waiting = new Promise<'waiting'>((resolve) => {
      const look = ({ state }: VaultStatus) => state === 'waiting' && resolve('waiting');
      vault.changed.add(look);
      look(vault.status);
    });
    const inTime = new Promise<never>((_, reject) => {
      const late = () => reject(new Error(`${operation.name}: neither an answer nor “waiting” in time`));
      const timer = setTimeout(late, answerLimitMs - (performance.now() - startedAt));
      void Promise.race([answer, waiting]).then(() => clearTimeout(timer));
    });
    const seen = Promise.race([answer.then(() => 'answer' as const), waiting, inTime]);
    // Looked at later, while others are at work.
    seen.catch(() => {});
    return { seen, answer };
  }

  /** With the keychain working again: everything that anyone was told is kept is there, and nowhere else. */
  async verify(): Promise<void> {
    this.#pace.disable();
    expect(this.#pace.max / 1e6, 'the main side was blocked').toBeLessThan(blockedMs);
    const merged = new MemoryCredentialIndex();
    for (const harness of this.#harnesses) {
      harness.vault.close();
    }
    merged.writeMeta(this.#index.readMeta());
    for (const { index } of this.#harnesses) {
      if (idIn('keychain', index.readMeta()) !== idIn('keychain', merged.readMeta())) continue;
      merged.change({ put: index.list({ store: 'keychain' }) });
    }
    const harness = this.#add(new VaultHarness({ env: this.service.env, index: merged }));
    expect(await harness.vault.unlock()).toMatchObject({ state: 'unlocked', store: 'keychain' });
    for (const errand of this.errands) await errand.verify(harness.vault);
    const records = merged.list({});
    expect(records.filter(({ state }) => state !== 'stored')).toEqual([]);
    const canaries = new Set<string | null>();
    for (const { index } of this.#harnesses) {
      const meta = index.readMeta();
      if (meta.hasCanary) canaries.add(idIn('keychain', meta));
    }
    const expected = records.length + canaries.size;
    expect(await this.service.items(), 'items in the keyring').toHaveLength(expected);
    this.#searchFiles();
  }

  async close(): Promise<void> {
    for (const harness of this.#harnesses) {
      for (const { values, passphrase } of this.errands) {
        for (const value of [...values, passphrase]) harness.plant(value);
      }
      harness.close();
    }
    await this.service.close();
  }

  /** For a vault file, if it comes to that. */
  #folder(): string {
    return join(this.service.folder, `data folder ${this.#harnesses.length}`);
  }

  #add(harness: VaultHarness): VaultHarness {
    this.#harnesses.push(harness);
    return harness;
  }

  /** The keyring's own file is encrypted; no other has a secret, in whatever spelling. */
  #searchFiles(): void {
    const spellings = this.errands
      .flatMap(({ values, passphrase }) => [...values, passphrase])
      .flatMap((value) => [value, Buffer.from(value).toString('base64').replace(/=+$/, '')]);
    for (const entry of readdirSync(this.service.folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const content = readFileSync(path, 'latin1');
      expect(
        spellings.some((spelling) => content.includes(spelling)),
        `a secret in ${path}`,
      ).toBe(false);
    }
  }
}

function isForeseen({ call }: Operation, error: unknown): boolean {
  const definition = call && vault[call];
  if (definition?.kind !== 'call' || !(error instanceof AppError)) return true;
  return definition.errors.includes(error.code);
}

/** The failure in an answer that is expected to be one. */
export function failureIn(answer: Answer): AppError {
  if ('error' in answer && answer.error instanceof AppError) return answer.error;
  throw 'error' in answer ? answer.error : new Error('It did not fail');
}

export function valueIn(answer: Answer): unknown {
  if ('error' in answer) throw answer.error;
  return answer.value;
}
