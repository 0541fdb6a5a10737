/** Why an encrypted event did not open, in words: what it means and what to do. */
import type { EncryptionFailure } from '#shared/contract/history.ts';

export interface FailureWords {
  readonly title: string;
  readonly advice: string;
  /** Where to go for it. */
  readonly goTo?: 'vault' | 'keys';
}

export const encryptionFailureWords: Readonly<Record<EncryptionFailure, FailureWords>> = {
  'vault-locked': {
    title: 'The vault is locked.',
    advice:
      'Unlock it to read encrypted events; they are kept as ciphertext. Keys that were kept for the session only went with the lock: enter them again.',
    goTo: 'vault',
  },
  'no-master-key': {
    title: 'This app has no encryption master key here.',
    advice: 'Enter the master key that the publishing server uses, as its servers have it.',
    goTo: 'keys',
  },
  'not-encrypted': {
    title: 'This event was sent in the clear, on an encrypted channel.',
    advice:
      'The publisher’s library may be too old to encrypt, or it has no master key. Anyone between could read it.',
  },
  'bad-nonce': {
    title: 'The nonce is not 24 bytes of base64.',
    advice: 'The event was damaged on its way, or was not made by a Channels library.',
  },
  'short-ciphertext': {
    title: 'The ciphertext is too short to hold anything.',
    advice: 'The event was damaged on its way, or was not made by a Channels library.',
  },
  'wrong-key': {
    title: 'None of the master keys here opens this event.',
    advice:
      'It was made with another key: one that the publisher has now, or one that was removed here. While a key is being rotated, enter the new one as “next”, and both kinds of events open.',
    goTo: 'keys',
  },
};
