/**
 * In the vault process: what was read to be imported, until its secrets are entered. One import at a time, for five
 * minutes at most; it goes with the process when the vault is locked.
 */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { FileTold } from '#shared/contract/imports.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { Disposer } from '#shared/lib/disposer.ts';
import { isBundle, openBundle } from './bundle.ts';
import { type ImportResult, importFieldIds, isSecretField, parseImport, previewOf } from './import/index.ts';
import { afterTime, type Later } from './later.ts';
import { readFile } from './read-file.ts';

export const importLifeMs = 5 * 60_000;

/** A file, with its passphrase if it is a bundle. */
interface FileText {
  readonly path: string;
  readonly passphrase?: string | undefined;
}

/** What is read: a file, or what was pasted. */
export type ImportText = FileText | { readonly text: string };

/** Where a secret is in the import. */
export interface ImportPlace {
  readonly index: number;
  readonly fieldId: string;
  /** Among the app's versions. Null: the one secret of the field. */
  readonly version: number | null;
}

interface Held {
  readonly importId: string;
  readonly result: ImportResult;
  readonly stopTimer: Disposer;
}

export class ImportDesk {
  readonly #later: Later;
  #held: Held | undefined;
  #isReading = false;

  constructor(later: Later = afterTime) {
    this.#later = later;
  }

  /**
   * In place of what was held before.
   * @throws AppError `invalid_input` for what is no text, and what `readFile` throws; for a bundle
   * `passphrase_required`, and what `openBundle` throws
   */
  async open(
    source: ImportText,
    fingerprint: (value: string) => string,
  ): Promise<{ importId: string; told: FileTold }> {
    const result = 'path' in source ? await this.#fromFile(source) : parsed(Buffer.from(source.text), '');
    const told = previewOf(result, fingerprint);
    this.drop();
    const importId = randomUUID();
    const stopTimer = this.#later(importLifeMs, () => this.drop(importId));
    this.#held = { importId, result, stopTimer };
    return { importId, told };
  }

  /** A secret, in the form in which it is kept. @throws AppError `not_found` */
  secret(importId: string, place: ImportPlace): string {
    const value = this.#held?.importId === importId ? valueIn(this.#held.result, place) : undefined;
    if (value !== undefined) return value;
    throw new AppError('not_found', 'The vault no longer has what was read from the file.', {
      hint: 'It is kept for five minutes, until the vault is locked. Open the file again.',
    });
  }

  drop(importId = this.#held?.importId): void {
    if (!this.#held || this.#held.importId !== importId) return;
    this.#held.stopTimer();
    this.#held = undefined;
  }

  /**
   * One at a time: the system may keep a thread of this process, of which there are few, for as long as it hangs; and a
   * bundle takes one too, and much memory.
   */
  async #fromFile(source: FileText): Promise<ImportResult> {
    if (this.#isReading) {
      throw new AppError('conflict', 'Another file is still being read.', {
        hint: 'Try again. If it goes on, lock the vault and unlock it.',
        retryable: true,
      });
    }
    this.#isReading = true;
    const { bytes, settled } = readFile(source.path, this.#later);
    const result = bytes.then((read) => opened(read, source));
    void Promise.allSettled([settled, result]).then(() => {
      this.#isReading = false;
    });
    return result;
  }
}

function parsed(bytes: Uint8Array, fileName: string): ImportResult {
  try {
    return parseImport(bytes, { fileName });
  } finally {
    bytes.fill(0);
  }
}

async function opened(bytes: Uint8Array, { path, passphrase }: FileText): Promise<ImportResult> {
  if (!isBundle(bytes)) return parsed(bytes, basename(path));
  if (passphrase === undefined) {
    throw new AppError('passphrase_required', 'This file is a sealed bundle.', {
      hint: 'Enter the passphrase that it was exported with.',
    });
  }
  return openBundle(bytes, passphrase);
}

function valueIn({ apps }: ImportResult, { index, fieldId, version }: ImportPlace): string | undefined {
  const id = importFieldIds.find((known) => known === fieldId);
  if (!id || !isSecretField(id)) return undefined;
  if (version === null) return apps[index]?.fields[id]?.value;
  const found = apps[index]?.versions?.[version];
  return found?.field === id ? found.value : undefined;
}
