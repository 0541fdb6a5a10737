/** What happened to a connection, newest last, bounded: a server that is down for hours fills no memory. */
import { type TimelineEntry, type TimelineKind, timelineLimit } from '#shared/contract/live.ts';

export class Timeline {
  #entries: TimelineEntry[] = [];
  #version = 0;

  /** Grows with everything that was added. */
  get version(): number {
    return this.#version;
  }

  list(): TimelineEntry[] {
    return [...this.#entries];
  }

  /** What repeats the last entry is counted with it. */
  add(at: number, kind: TimelineKind, text: string, next: string | null = null): void {
    this.#version++;
    const last = this.#entries.at(-1);
    if (last && last.kind === kind && last.text === text && last.next === next) {
      this.#entries[this.#entries.length - 1] = { ...last, until: at, times: last.times + 1 };
      return;
    }
    this.#entries.push({ at, until: at, times: 1, kind, text, next });
    if (this.#entries.length > timelineLimit) this.#entries.shift();
  }
}
