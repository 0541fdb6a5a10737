/**
 * In the vault process: secrets on their way into a file. What is to be written is formed first, and waits until the
 * audit log has it; then this process writes the file itself, so that no value passes through another.
 */
import { randomUUID } from 'node:crypto';
import { AppError } from '#shared/lib/app-error.ts';
import type { Disposer } from '#shared/lib/disposer.ts';
import { type FileToWrite, notAsWritten, type WrittenFile, writeUserFile } from '../user-files/index.ts';
import type { EnteredValue, EnvironmentToForm } from './api.ts';
import { sealBundle } from './bundle.ts';
import { type BundledApp, type ExportApp, envFile } from './export/index.ts';
import type { ImportedVersion } from './import/index.ts';
import { afterTime, type Later } from './later.ts';

/** A bundle's app, and its secrets by name. */
export interface AppToBundle extends Omit<BundledApp, 'versions'> {
  readonly secrets: readonly (Omit<ImportedVersion, 'value'> & { readonly credentialId: string })[];
}

export type ExportOrder =
  | ({ readonly form: 'env' } & EnvironmentToForm)
  | { readonly form: 'bundle'; readonly apps: readonly AppToBundle[]; readonly passphrase: EnteredValue };

export interface PreparedExport {
  readonly exportId: string;
  /** Of a `.env` file: the names of its variables, in order. */
  readonly variables: readonly string[];
  /** What the user should know of the file, without values. */
  readonly notes: readonly string[];
}

interface Waiting {
  readonly bytes: Uint8Array;
  prove(read: Uint8Array): void | Promise<void>;
  readonly stopTimer: Disposer;
}

/** How long an export waits to be written. Nobody is asked anything meanwhile. */
export const exportLifeMs = 60_000;

export class Exporter {
  readonly #withSecrets: (order: EnvironmentToForm) => Promise<ExportApp>;
  readonly #read: (credentialId: string) => Promise<string>;
  readonly #entered: (entered: EnteredValue) => string;
  readonly #later: Later;
  readonly #waiting = new Map<string, Waiting>();

  constructor(
    secrets: {
      readonly withSecrets: (order: EnvironmentToForm) => Promise<ExportApp>;
      readonly read: (credentialId: string) => Promise<string>;
      readonly entered: (entered: EnteredValue) => string;
    },
    later: Later = afterTime,
  ) {
    this.#withSecrets = secrets.withSecrets;
    this.#read = secrets.read;
    this.#entered = secrets.entered;
    this.#later = later;
  }

  /** @throws AppError `invalid_input` for what no such file can hold, and what reading a secret throws */
  async prepare(order: ExportOrder): Promise<PreparedExport> {
    if (order.form === 'env') {
      const { text, variables, notes } = envFile(await this.#withSecrets(order), order.target);
      const bytes = Buffer.from(text);
      const exportId = this.#keep({
        bytes,
        prove: (read) => {
          if (Buffer.compare(read, bytes) !== 0) throw notAsWritten();
        },
      });
      return { exportId, variables, notes };
    }
    const passphrase = this.#entered(order.passphrase);
    const apps = await Promise.all(order.apps.map((app) => this.#bundled(app)));
    return { exportId: this.#keep(await sealBundle(apps, passphrase)), variables: [], notes: [] };
  }

  /** Once. @throws AppError `not_found` when nothing waits by this id, and what `writeUserFile` throws */
  async write(exportId: string, file: FileToWrite): Promise<WrittenFile> {
    const waiting = this.#forget(exportId);
    if (!waiting) {
      throw new AppError('not_found', 'What was to be exported is no longer waiting in the vault.', {
        hint: 'Try again.',
        retryable: true,
      });
    }
    try {
      return await writeUserFile(file, (handle) => handle.writeFile(waiting.bytes), waiting.prove);
    } finally {
      waiting.bytes.fill(0);
    }
  }

  /** What waits is not to be written. */
  drop(): void {
    for (const exportId of [...this.#waiting.keys()]) this.#forget(exportId)?.bytes.fill(0);
  }

  async #bundled({ secrets, ...app }: AppToBundle): Promise<BundledApp> {
    const versions = await Promise.all(
      secrets.map(async ({ credentialId, ...place }) => ({
        ...place,
        value: await this.#read(credentialId),
      })),
    );
    return { ...app, versions };
  }

  #keep(waiting: Omit<Waiting, 'stopTimer'>): string {
    const exportId = randomUUID();
    const stopTimer = this.#later(exportLifeMs, () => this.#forget(exportId)?.bytes.fill(0));
    this.#waiting.set(exportId, { ...waiting, stopTimer });
    return exportId;
  }

  #forget(exportId: string): Waiting | undefined {
    const waiting = this.#waiting.get(exportId);
    waiting?.stopTimer();
    this.#waiting.delete(exportId);
    return waiting;
  }
}
