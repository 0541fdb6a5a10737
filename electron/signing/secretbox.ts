/** NaCl's secretbox for what Latchkey seals itself: vault files and bundles. XSalsa20 and Poly1305, 32-byte keys. */
import { randomBytes } from 'node:crypto';
import nacl from 'tweetnacl';

/** How much longer a box is than what is in it. */
export const boxOverheadBytes = nacl.secretbox.overheadLength;

/** 24 random bytes: enough that they never come twice under one key. */
export function newBoxNonce(): Buffer {
  return randomBytes(nacl.secretbox.nonceLength);
}

export function sealBox(plaintext: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array {
  return nacl.secretbox(plaintext, nonce, key);
}

/** Null: not sealed with this key and nonce, or changed since. @throws Error for a nonce or key of another length */
export function openBox(box: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array | null {
  return nacl.secretbox.open(box, nonce, key);
}
