/** The few pages of rows that are in sight or were lately. A view of a million events holds no more than this. */
import type { Row } from '#shared/contract/history.ts';

export const rowsPerPage = 100;
export const pageLimit = 40;

export class LogPages {
  /** By page number; the least recently used first. A page grows at its end while it is the newest. */
  readonly #pages = new Map<number, readonly Row[]>();

  row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / rowsPerPage))?.[index % rowsPerPage];
  }

  /** What is missing of rows `start` to `end`, as ranges to ask for: none crosses a page. */
  missing(start: number, end: number): readonly { readonly start: number; readonly count: number }[] {
    const ranges: { start: number; count: number }[] = [];
    for (let page = Math.floor(start / rowsPerPage); page * rowsPerPage < end; page++) {
      const known = this.#pages.get(page)?.length ?? 0;
      const first = page * rowsPerPage;
      // Whole pages, so that scrolling on finds them; but no rows that are not there yet.
      if (first + known < Math.min(end, first + rowsPerPage)) {
        ranges.push({ start: first + known, count: rowsPerPage - known });
      }
    }
    return ranges;
  }

  /** Rows that do not follow on those of their page are dropped: they will be asked for again. */
  add(start: number, rows: readonly Row[]): void {
    const page = Math.floor(start / rowsPerPage);
    const known = this.#pages.get(page) ?? [];
    if (start % rowsPerPage !== known.length) return;
    this.#pages.delete(page);
    this.#pages.set(page, [...known, ...rows]);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= pageLimit) break;
      this.#pages.delete(oldest);
    }
  }

  /** Marks the pages of these rows as used. */
  touch(start: number, end: number): void {
    for (let page = Math.floor(start / rowsPerPage); page * rowsPerPage < end; page++) {
      const rows = this.#pages.get(page);
      if (!rows) continue;
      this.#pages.delete(page);
      this.#pages.set(page, rows);
    }
  }

  clear(): void {
    this.#pages.clear();
  }
}
