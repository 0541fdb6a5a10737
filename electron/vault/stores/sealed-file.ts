/** What a vault file holds: entries, sealed as `sealed-box.ts` has it. */
import * as z from 'zod';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import * as sealed from '../sealed-box.ts';
import type { SealingKey } from './sealing-key.ts';

export { DamagedFile } from '../sealed-box.ts';

const form: sealed.SealedForm = {
  magic: 'Latchkey vault',
  name: 'vault file',
  remedy: 'Put back a copy from a backup. Latchkey leaves the file as it is.',
};

export function sealEntries(entries: ReadonlyMap<string, string>, key: SealingKey): Buffer {
  return sealed.sealText(form, JSON.stringify([...entries]), key);
}

export interface OpenedFile {
  readonly entries: Map<string, string>;
  readonly key: SealingKey;
}

/**
 * @param how A passphrase, or a key that was made before (it opens only files of its own passphrase and salt).
 * @throws AppError `wrong_passphrase`; `storage_failed` when the file is damaged, or of a later version.
 */
export async function openSealed(file: Uint8Array, how: string | SealingKey): Promise<OpenedFile> {
  const { text, key } = await sealed.openSealedText(form, file, how);
  const entries = parseUnknown(entriesSchema, sealed.jsonOf(text));
  if (!entries.success) throw damaged('its content is not a list of entries');
  return { entries: new Map(entries.data), key };
}

const entriesSchema = z.array(z.tuple([z.string(), z.string()]));

export function damaged(how: string): sealed.DamagedFile {
  return new sealed.DamagedFile(form, how);
}
