/**
 * What a search for planted secrets came to. Controls are looked for beside them, and must be found: a search that
 * misses what is there can't be believed about the rest.
 */
import { randomBytes } from 'node:crypto';
import type { Finding } from './secret-search.ts';
import { type Secret, spellingsOf } from './secret-spellings.ts';

export interface Control extends Secret {
  readonly value: string;
  readonly isControl: true;
}

export const isControl = (secret: Secret | Control): secret is Control => 'isControl' in secret;

/** To be planted in every spelling. In ASCII, with characters that URLs and JSON write in another way. */
export function newControl(): Control {
  const random = () => randomBytes(9).toString('base64url');
  return { name: 'the control', value: `${random()}"\\&${random()}`, isControl: true };
}

/** For names and data, which the app itself takes everywhere: in letters and digits only. */
export function newMarker(): Control {
  return { name: 'the marker', value: `m${randomBytes(12).toString('hex')}`, isControl: true };
}

/** Every spelling of the control, apart from each other. */
export function controlBytes(control: Control): Buffer {
  return Buffer.concat(spellingsOf(control).flatMap(({ bytes }) => [bytes, Buffer.from('|\n')]));
}

/** In words, for an assertion that there are none. */
export function leaksIn(findings: readonly Finding[], controls: readonly Control[]): string[] {
  const names = new Set(controls.map(({ name }) => name));
  return findings
    .filter(({ secret }) => !names.has(secret))
    .map(({ secret, spelling, where, isWhole }) => {
      return `${isWhole ? '' : 'a part of '}${secret} as ${spelling} in ${where}`;
    });
}

/** The spellings in which the control was not found. */
export function missedIn(findings: readonly Finding[], control: Control): string[] {
  const whole = findings.filter(({ secret, isWhole }) => secret === control.name && isWhole);
  const found = new Set(whole.map(({ spelling }) => spelling));
  return [...new Set(spellingsOf(control).map(({ name }) => name))].filter((name) => !found.has(name));
}

export function placesOf(findings: readonly Finding[], control: Control): string[] {
  return [...new Set(findings.filter(({ secret }) => secret === control.name).map(({ where }) => where))];
}
