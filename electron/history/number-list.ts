/** A growing list of line numbers, in chunks: growing never copies, and an empty list takes nothing. */
const numbersPerChunk = 16_384;

export class NumberList {
  #chunks: Uint32Array[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  push(value: number): void {
    const index = this.#count % numbersPerChunk;
    if (index === 0) this.#chunks.push(new Uint32Array(numbersPerChunk));
    const chunk = this.#chunks[this.#chunks.length - 1];
    if (chunk) chunk[index] = value;
    this.#count++;
  }

  at(position: number): number {
    const value = this.#chunks[Math.floor(position / numbersPerChunk)]?.[position % numbersPerChunk];
    if (value === undefined || position >= this.#count) throw new RangeError(`No number at ${position}.`);
    return value;
  }

  /** Of rising numbers: the position of the first that is not below `value`. The count: there is none. */
  firstFrom(value: number): number {
    let [low, high] = [0, this.#count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at(middle) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  clear(): void {
    this.#chunks = [];
    this.#count = 0;
  }
}
