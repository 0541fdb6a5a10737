/**
 * Event data on encrypted channels: NaCl secretbox under the channel's key, as `{"nonce", "ciphertext"}` in base64.
 * Source: the Channels docs, "encrypted channels", and the official server and client libraries.
 */
import { randomBytes } from 'node:crypto';
import nacl from 'tweetnacl';
import type { EncryptionFailure } from '#shared/contract/history.ts';
import type { Slot } from '#shared/contract/vault.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { deriveChannelKey } from './master-key.ts';

const { nonceLength, overheadLength } = nacl.secretbox;

export interface EncryptedData {
  readonly nonce: string;
  readonly ciphertext: string;
}

/**
 * The caller sends `JSON.stringify` of the answer as the event's data.
 * @param input.nonce 24 bytes, for published vectors only: a nonce that is used twice under one key gives both
 * plaintexts away. Left out, it is random.
 */
export function encryptEvent(input: {
  readonly masterKey: Uint8Array;
  readonly channel: string;
  readonly plaintext: string;
  readonly nonce?: Uint8Array | undefined;
}): EncryptedData {
  const nonce = input.nonce ?? new Uint8Array(randomBytes(nonceLength));
  const channelKey = deriveChannelKey(input.masterKey, input.channel);
  const box = nacl.secretbox(new TextEncoder().encode(input.plaintext), nonce, channelKey);
  return { nonce: encodeBase64(nonce), ciphertext: encodeBase64(box) };
}

export interface DecryptionKey {
  readonly slot: Slot;
  readonly masterKey: Uint8Array;
}

export type Decryption =
  | { readonly state: 'decrypted'; readonly slot: Slot; readonly plaintext: string }
  | { readonly state: 'closed'; readonly why: Exclude<EncryptionFailure, 'vault-locked'> };

/**
 * @param input.data The event's data, parsed or still as JSON text; anything may have been sent.
 * @param input.keys Tried in this order.
 */
export function decryptEvent(input: {
  readonly channel: string;
  readonly data: unknown;
  readonly keys: readonly DecryptionKey[];
}): Decryption {
  const encrypted = readEncryptedData(input.data);
  if (!encrypted) return closed('not-encrypted');
  const nonce = decodeBase64(encrypted.nonce);
  if (nonce?.length !== nonceLength) return closed('bad-nonce');
  const box = decodeBase64(encrypted.ciphertext);
  if (!box) return closed('not-encrypted');
  if (box.length < overheadLength) return closed('short-ciphertext');
  if (input.keys.length === 0) return closed('no-master-key');
  for (const { slot, masterKey } of input.keys) {
    const opened = nacl.secretbox.open(box, nonce, deriveChannelKey(masterKey, input.channel));
    if (opened) return { state: 'decrypted', slot, plaintext: toText(opened) };
  }
  return closed('wrong-key');
}

function closed(why: Exclude<EncryptionFailure, 'vault-locked'>): Decryption {
  return { state: 'closed', why };
}

/** The two parts of encrypted data, or undefined when it has another form. */
export function readEncryptedData(data: unknown): EncryptedData | undefined {
  const value = typeof data === 'string' ? parseJson(data) : data;
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('nonce' in value) || !('ciphertext' in value)) return undefined;
  const { nonce, ciphertext } = value;
  return typeof nonce === 'string' && typeof ciphertext === 'string' ? { nonce, ciphertext } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A byte order mark is part of the text. */
function toText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
