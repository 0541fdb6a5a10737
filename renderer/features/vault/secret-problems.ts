/**
 * What is wrong with a secret while it is typed. The vault process decides; this only saves a round trip, and never
 * repeats any of the value.
 */

import * as s from '#shared/contract/strings.ts';
import { utf8SizeBytes } from '#shared/protocol/limits.ts';

const largestSecretBytes = 2400;

export function secretProblem(kind: string, value: string): string | undefined {
  if (value === '') return undefined;
  return kind === 'masterKey' ? masterKeyProblem(value.trim()) : appSecretProblem(value);
}

function appSecretProblem(value: string): string | undefined {
  if (value.trim() === '') return 'This is white space only.';
  if (value.trim() !== value) return 'Remove the white space before or after the secret.';
  if (/\s/.test(value)) return 'The secret has white space in it. Copy it again.';
  if (/[\p{C}\p{Z}]/u.test(value))
    return 'The secret has a character in it that can’t be seen. Copy it again.';
  const sizeBytes = utf8SizeBytes(value);
  if (sizeBytes > largestSecretBytes) {
    return `The secret has ${sizeBytes} bytes; at most ${largestSecretBytes} can be stored.`;
  }
  return undefined;
}

function masterKeyProblem(text: string): string | undefined {
  if (text === '') return 'This is white space only.';
  if (/^[0-9a-f]{64}$/i.test(text)) return 'This is written in hexadecimal; base64 is needed.';
  if (/\s/.test(text)) return 'The master key has white space in it. Copy it again.';
  if (/^[A-Za-z0-9_-]+={0,2}$/.test(text) && /[-_]/.test(text)) {
    return 'This is the URL-safe base64 alphabet; the one with + and / is needed.';
  }
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return 'There are characters in it that are not base64.';
  if (text.length !== 44) return `A master key has 44 characters of base64; this has ${text.length}.`;
  // 31 and 33 bytes have 44 characters as well, with another padding.
  if (!/[^=]=$/.test(text)) return 'This is base64, but not of 32 bytes.';
  return undefined;
}

/** Of the name that a value is given. Empty: it has none. */
export function labelProblem(label: string): string | undefined {
  const text = label.trim();
  if (text === '' || s.label.safeParse(text).success) return undefined;
  if (text.length > 80) return `The label has ${text.length} characters; at most 80 fit.`;
  return 'The label holds a character that can’t be seen, or that turns the text around it. Take it out.';
}

/** Of the key that a secret belongs to. */
export function appKeyProblem(key: string): string | undefined {
  if (key === '') return 'Enter the app key. It is public, and not the secret.';
  if (s.appKey.safeParse(key).success) return undefined;
  if (key.length > 200) return `The key has ${key.length} characters; at most 200 are allowed.`;
  if (/^\.+$/.test(key)) return 'The key is more than dots.';
  return `The key contains ${badNameCharacter(key)}. It has letters, digits and _ . - only.`;
}

/** What keeps an id or a key from standing in a URL, in words. */
export function badNameCharacter(text: string): string {
  const bad = [...text].find((character) => !/[A-Za-z0-9_.-]/.test(character)) ?? '';
  if (bad === ' ') return 'a space';
  return /\p{L}|\p{N}|\p{P}|\p{S}/u.test(bad) ? `“${bad}”` : 'a character that can’t be seen';
}
