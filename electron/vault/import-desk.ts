/**
 * In the vault process: what was read to be imported, until its secrets are entered. One import at a time, for five
 * minutes at most; it goes with the process when the vault is locked.
 */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { FileTold } from '#shared/contract/imports.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { Disposer } from '#shared/lib/disposer.ts';
import {
  type ImportFieldId,
  type ImportResult,
  importFieldIds,
  isSecretField,
  parseImport,
  previewOf,
} from './import/index.ts';
import { afterTime, type Later } from './later.ts';
import { readFile } from './read-file.ts';

export const importLifeMs = 5 * 60_000;

/** What is read: a file, or what was pasted. */
export type ImportText = { readonly path: string } | { readonly text: string };

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
   * @throws AppError `invalid_input` for what is no text, and what `readFile` throws
   */
  async open(
    source: ImportText,
    fingerprint: (value: string) => string,
  ): Promise<{ importId: string; told: FileTold }> {
    const result =
      'path' in source
        ? parsed(await this.#read(source.path), basename(source.path))
        : parsed(Buffer.from(source.text), '');
    const told = previewOf(result, fingerprint);
    this.drop();
    const importId = randomUUID();
    const stopTimer = this.#later(importLifeMs, () => this.drop(importId));
    this.#held = { importId, result, stopTimer };
    return { importId, told };
  }

  /** A secret, in the form in which it is kept. @throws AppError `not_found` */
  secret(importId: string, index: number, fieldId: string): string {
    const held = this.#held?.importId === importId ? this.#held : undefined;
    const id = importFieldIds.find((known) => known === fieldId);
    const value = id && isSecretField(id) ? valueIn(held?.result, index, id) : undefined;
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

  /** One at a time: the system may keep a thread of this process, of which there are few, for as long as it hangs. */
  async #read(path: string): Promise<Uint8Array> {
    if (this.#isReading) {
      throw new AppError('conflict', 'Another file is still being read.', {
        hint: 'Try again. If it goes on, lock the vault and unlock it.',
        retryable: true,
      });
    }
    this.#isReading = true;
    const { bytes, settled } = readFile(path, this.#later);
    void settled.then(() => {
      this.#isReading = false;
    });
    return bytes;
  }
}

function parsed(bytes: Uint8Array, fileName: string): ImportResult {
  try {
    return parseImport(bytes, { fileName });
  } finally {
    bytes.fill(0);
  }
}

function valueIn(result: ImportResult | undefined, index: number, id: ImportFieldId): string | undefined {
  return result?.apps[index]?.fields[id]?.value;
}
