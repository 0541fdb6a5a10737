/**
 * What the user has typed and not sent yet, so that it survives a change of tab, an error and a lost host.
 * In memory only, and never for a secret: those stay in their own field.
 */
import { Value } from './value.ts';

export class Drafts {
  readonly #values = new Map<string, Value<unknown>>();

  /** @param name unique to the form and the app, such as `publish:PROFILE_ID`. One name always holds one type. */
  of<T>(name: string, initial: T): Value<T> {
    let value = this.#values.get(name);
    if (!value) {
      value = new Value<unknown>(initial);
      this.#values.set(name, value);
    }
    return value as Value<T>;
  }

  clear(name: string): void {
    this.#values.delete(name);
  }
}
