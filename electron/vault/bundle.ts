/**
 * A bundle: apps and services with their secrets, in a file that a passphrase seals. It is read back as any import is,
 * once it is open.
 */
import { AppError } from '#shared/lib/app-error.ts';
import { type BundledApp, latchkeyFile } from './export/index.ts';
import { type ImportResult, importLimits, readLatchkeyFile } from './import/index.ts';
import { DamagedFile, openSealedText, type SealedForm, sealText } from './sealed-box.ts';
import { newSealingKey, requirePassphrase } from './stores/sealing-key.ts';

const form: SealedForm = {
  magic: 'Latchkey bundle',
  name: 'bundle',
  remedy: 'Export it again, or use another copy of it. Latchkey leaves the file as it is.',
};

/** Whether a file says that it is one: it is asked its passphrase for. */
export function isBundle(file: Uint8Array): boolean {
  const beginning = `${form.magic} `;
  return Buffer.from(file.subarray(0, beginning.length)).toString('latin1') === beginning;
}

/** A bundle, and whether what is read somewhere is that very one. */
export interface SealedBundle {
  readonly bytes: Uint8Array;
  /** Opens what was read. @throws AppError `storage_failed` when it is not what was sealed */
  prove(read: Uint8Array): Promise<void>;
}

/**
 * @param cost Of scrypt, in place of the usual one.
 * @throws AppError `invalid_input` for a passphrase that is too short, and for more than can be imported again
 */
export async function sealBundle(
  apps: readonly BundledApp[],
  passphrase: string,
  cost?: number,
): Promise<SealedBundle> {
  requirePassphrase(passphrase);
  if (apps.length > importLimits.apps) {
    throw new AppError('invalid_input', `A bundle holds ${importLimits.apps} apps and services at most.`);
  }
  const key = await newSealingKey(passphrase, cost);
  const text = latchkeyFile(apps);
  const bytes = sealText(form, text, key);
  if (bytes.length > importLimits.bytes) {
    throw new AppError('invalid_input', 'These are more secrets than a bundle holds.', {
      hint: 'Export fewer apps at once.',
    });
  }
  return {
    bytes,
    prove: async (read) => {
      const opened = await openSealedText(form, read, key);
      if (opened.text.trimEnd() !== text.trimEnd()) {
        throw new DamagedFile(form, 'what was written is not what can be read');
      }
      // All of it, as whoever imports it will.
      const { apps: found, problems } = resultOf(opened.text);
      const hasAll = (index: number) => found[index]?.versions?.length === apps[index]?.versions?.length;
      if (found.length !== apps.length || problems.length > 0 || !apps.every((_, index) => hasAll(index))) {
        throw new DamagedFile(form, 'a part of it could not be imported again');
      }
    },
  };
}

/** @throws AppError `wrong_passphrase`; `storage_failed` when it is damaged, or of a later version */
export async function openBundle(file: Uint8Array, passphrase: string): Promise<ImportResult> {
  const { text } = await openSealedText(form, file, passphrase);
  return resultOf(text);
}

function resultOf(text: string): ImportResult {
  const result = readLatchkeyFile(text);
  if (!result) throw new DamagedFile(form, 'its content is no list of apps');
  return result;
}
