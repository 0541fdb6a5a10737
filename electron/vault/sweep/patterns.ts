/** The forms in which a secret is found in files: as it is, and as the tools on the way write it. */

import type { FoundForm } from '#shared/contract/sweep.ts';

export type SecretForm = FoundForm;

export interface KnownSecret {
  readonly credentialId: string;
  readonly value: string;
  /** Set for a master key: `value` is these bytes in base64. */
  readonly bytes?: Uint8Array | undefined;
}

export interface Pattern {
  readonly credentialId: string;
  readonly form: SecretForm;
  readonly bytes: Uint8Array;
}

/** Shorter runs of bytes are found by chance. */
export const patternMinimumBytes = 8;

/** All forms of a secret, without those that are the same as one before. None of one that is too short. */
export function patternsOf({ credentialId, value, bytes }: KnownSecret): readonly Pattern[] {
  const text = Buffer.from(value, 'utf8');
  if (text.length < patternMinimumBytes) return [];
  const percent = encodeURIComponent(value);
  const forms: [SecretForm, Buffer][] = [
    ['plain', text],
    ['url-encoded', Buffer.from(percent)],
    ['url-encoded', Buffer.from(percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))],
    ['json-escaped', Buffer.from(JSON.stringify(value).slice(1, -1).replaceAll('/', '\\/'))],
    ...base64Forms(text).map((form): [SecretForm, Buffer] => ['base64', form]),
  ];
  if (bytes) {
    const raw = Buffer.from(bytes);
    forms.push(['bytes', raw], ['hex', Buffer.from(raw.toString('hex'))]);
    forms.push(['hex', Buffer.from(raw.toString('hex').toUpperCase())]);
    forms.push(...base64Forms(raw).map((form): [SecretForm, Buffer] => ['plain', form]));
  }
  const seen = new Set<string>();
  const all = forms.flatMap(([form, found]) =>
    [found, ...(form === 'bytes' ? [] : utf16Forms(found))].map((each) => [form, each] as const),
  );
  return all.flatMap(([form, found]) => {
    const identity = found.toString('latin1');
    if (found.length < patternMinimumBytes || seen.has(identity)) return [];
    seen.add(identity);
    return [{ credentialId, form, bytes: new Uint8Array(found) }];
  });
}

/**
 * A text of Windows', in either order of bytes. Where each character has its one byte, both have the same in them, from
 * the first of these bytes to the last.
 */
function utf16Forms(utf8: Buffer): Buffer[] {
  const little = Buffer.from(utf8.toString('utf8'), 'utf16le');
  const isOneByteEach = little.every((byte, index) => index % 2 === 0 || byte === 0);
  return isOneByteEach ? [little.subarray(0, -1)] : [little, Buffer.from(little).swap16()];
}

/**
 * What base64 makes of the bytes wherever they stand in a longer text: each of the three ways to fall on its groups
 * of three, without the characters that neighbours have a part in; in both alphabets.
 */
function base64Forms(bytes: Buffer): Buffer[] {
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const first = before === 0 ? 0 : before + 1;
    const last = (before + bytes.length) % 3 === 0 ? whole.length : whole.length - 1;
    const inner = whole.slice(first, last);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')].map((text) => Buffer.from(text));
  });
}
