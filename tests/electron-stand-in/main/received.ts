/** Everything that the bundle's own listeners were given, so that a test can tell what main's JavaScript has seen. */
import { inspect } from 'node:util';

class Received {
  readonly #messages: string[] = [];

  add(message: unknown): void {
    this.#messages.push(inspect(message, { depth: null, maxStringLength: null, maxArrayLength: null }));
  }

  get count(): number {
    return this.#messages.length;
  }

  countWith(text: string): number {
    return this.#messages.filter((message) => message.includes(text)).length;
  }
}

export const received = new Received();
