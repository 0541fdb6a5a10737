/**
 * Where a log has `\u` escapes, as far as searches have come: mostly nowhere. A search need not look for them there,
 * which takes a third of its time.
 */

/** A log with escapes here and there is looked through each time. */
const mostParts = 256;

export class EscapeMap {
  /** All before it is known. */
  #knownTo = 0;
  readonly #with: { readonly start: number; readonly end: number }[] = [];

  mayHave(start: number, end: number): boolean {
    return end > this.#knownTo || this.#with.some((part) => part.start < end && start < part.end);
  }

  /** Of lines that were searched: it counts when they follow what is known. */
  learn(start: number, end: number, hasEscapes: boolean): void {
    if (start > this.#knownTo || end <= this.#knownTo) return;
    if (hasEscapes && this.#with.length === mostParts) return;
    if (hasEscapes) this.#with.push({ start, end });
    this.#knownTo = end;
  }
}
