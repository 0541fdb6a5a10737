/** Limits that are the same for every server, and sizes measured as servers measure them. */

/** Channels that one event may name. */
export const channelsPerEventLimit = 100;
/** Events in one call of `/batch_events`. */
export const eventsPerBatchLimit = 10;
/** Members of a presence channel (100 on hosted servers; others differ). */
export const presenceMemberLimit = 100;
/** Bytes of a presence member's `channel_data`. */
export const presenceDataLimitBytes = 1024;
export const presenceUserIdLimit = 128;
/** Client events a second, for each connection. */
export const clientEventsPerSecondLimit = 10;

/** Size in bytes of text in UTF-8, which is what servers count. */
export function utf8SizeBytes(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(index + 1))) {
      bytes += 4;
      index++;
    } else bytes += 3;
  }
  return bytes;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/**
 * Size in bytes of `data` once it is encrypted: 16 bytes of authenticator, then base64, inside
 * `{"nonce":"…32 characters…","ciphertext":"…"}`. The limit counts this, not the plaintext.
 */
export function encryptedSizeBytes(plaintextBytes: number): number {
  const ciphertextCharacters = 4 * Math.ceil((plaintextBytes + 16) / 3);
  return '{"nonce":"","ciphertext":""}'.length + 32 + ciphertextCharacters;
}
