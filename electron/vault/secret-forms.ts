/** What a secret must look like, checked where it enters, and what may be told about it. */
import { createHmac } from 'node:crypto';
import { AppError } from '#shared/lib/app-error.ts';
import { encodeBase64, parseMasterKey } from '../signing/index.ts';
import { requireStorable } from './store.ts';

/** Shorter values would give too much of themselves away. */
export const lastFourFromLength = 16;

export interface SecretSummary {
  /** 16 hex characters, keyed by the store's canary: says equal or different, within one store. */
  readonly fingerprint: string;
  readonly lastFour: string | null;
}

/** As the fields of `electron/providers` say it. */
export type SecretFormat = 'text' | 'master-key';

/** The value as it is kept. @throws AppError `invalid_input` that says what is wrong, without any of the value. */
export function canonicalSecret(format: SecretFormat, value: string): string {
  if (format === 'master-key') return encodeBase64(parseMasterKey(value));
  const problem = appSecretProblem(value);
  if (problem) {
    throw new AppError('invalid_input', problem, {
      hint: 'Copy the secret again from the provider’s page, without anything around it.',
    });
  }
  requireStorable(value);
  return value;
}

function appSecretProblem(value: string): string | undefined {
  if (value.trim() === '') return 'The secret is empty.';
  if (value.trim() !== value) return 'The secret has white space before or after it.';
  if (/\s/.test(value)) return 'The secret has white space in it.';
  if (/[\p{C}\p{Z}]/u.test(value)) return 'The secret has a character in it that can’t be seen.';
  return undefined;
}

export function summarise(value: string, canary: Uint8Array): SecretSummary {
  const characters = [...value];
  return {
    fingerprint: createHmac('sha256', canary).update(value).digest('hex').slice(0, 16),
    lastFour: characters.length < lastFourFromLength ? null : characters.slice(-4).join(''),
  };
}
