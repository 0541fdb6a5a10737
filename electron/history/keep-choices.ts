/** Of which apps the user decided whether their sessions outlive Latchkey. */
import * as z from 'zod';
import { profileId } from '#shared/contract/strings.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import type { Preferences } from '../storage/index.ts';

const name = 'history.keep';
const choices = z.record(profileId, z.boolean());

export class KeepChoices {
  readonly #preferences: Preferences;

  constructor(preferences: Preferences) {
    this.#preferences = preferences;
  }

  /** Undefined: not decided. */
  of(profile: string): boolean | undefined {
    return this.#read()[profile];
  }

  /** @param keep null: undecided again */
  set(profile: string, keep: boolean | null): void {
    const { [profile]: _, ...others } = this.#read();
    this.#preferences.write(name, keep === null ? others : { ...others, [profile]: keep });
  }

  #read(): Readonly<Record<string, boolean>> {
    const stored = parseUnknown(choices, this.#preferences.read(name));
    return stored.success ? stored.data : {};
  }
}
