/**
 * Who came and went on a presence channel, as far as it was seen. Exact where the server told of it as it happened; only
 * noticed where a question, or the first list after a gap, differs from what was known before.
 */
import type { PresenceEntry } from '#shared/contract/presence.ts';

export const entryLimit = 5000;
/** People whose joins are counted; those counted first are forgotten beyond it. */
const peopleLimit = 20_000;
/** Who joins this often within a minute flaps. */
const flapJoins = 3;
const flapMs = 60_000;

interface Person {
  joins: number;
  /** The last few times of joining. */
  recent: number[];
  flappedAt: number | null;
}

export interface PersonFacts {
  /** Joins that were seen. */
  readonly joins: number;
  /** When it joined for the third time within a minute, last. Null: it did not. */
  readonly flappedAt: number | null;
}

const unseen: PersonFacts = { joins: 0, flappedAt: null };

export class PresenceTimeline {
  #entries: PresenceEntry[] = [];
  #total = 0;
  readonly #people = new Map<string, Person>();
  #watchedSince: number | null = null;

  /** Something has been seen before: what differs now was missed. */
  get hasBegun(): boolean {
    return this.#watchedSince !== null;
  }

  began(at: number, count: number): void {
    this.#watchedSince ??= at;
    this.#add({ at, what: 'watching', userId: null, count, stayed: null, joins: 0, isFlapping: false });
  }

  /** From here on nothing is seen. */
  lost(at: number): void {
    if (this.#entries.at(-1)?.what === 'gap') return;
    this.#add({ at, what: 'gap', userId: null, count: null, stayed: null, joins: 0, isFlapping: false });
  }

  joined(userId: string, at: number, isNoticed = false): void {
    const person = this.#people.get(userId) ?? { joins: 0, recent: [], flappedAt: null };
    this.#people.delete(userId);
    this.#people.set(userId, person);
    const [oldest] = this.#people.keys();
    if (this.#people.size > peopleLimit && oldest !== undefined) this.#people.delete(oldest);
    person.joins++;
    person.recent = [...person.recent, at].slice(-flapJoins);
    const isFlapping = person.recent.length === flapJoins && at - (person.recent[0] ?? at) <= flapMs;
    if (isFlapping) person.flappedAt = at;
    const what = isNoticed ? 'appeared' : 'joined';
    this.#add({ at, what, userId, count: null, stayed: null, joins: person.joins, isFlapping });
  }

  /** @param since when it joined, if that was seen */
  left(userId: string, at: number, since: number | null, isNoticed = false): void {
    const from = since ?? this.#watchedSince ?? at;
    const precision = since === null ? 'at-least' : isNoticed ? 'about' : 'exact';
    this.#add({
      at,
      what: isNoticed ? 'vanished' : 'left',
      userId,
      count: null,
      stayed: { ms: Math.max(0, at - from), precision },
      joins: this.person(userId).joins,
      isFlapping: false,
    });
  }

  person(userId: string): PersonFacts {
    const known = this.#people.get(userId);
    return known ? { joins: known.joins, flappedAt: known.flappedAt } : unseen;
  }

  /** Newest first. `dropped`: older ones that were not kept. */
  window(input: { readonly search: string; readonly start: number; readonly count: number }): {
    readonly total: number;
    readonly dropped: number;
    readonly entries: readonly PresenceEntry[];
  } {
    const wanted = input.search.trim().toLowerCase();
    const kept = this.#entries.slice(-entryLimit);
    const found =
      wanted === '' ? kept : kept.filter(({ userId }) => userId?.toLowerCase().includes(wanted) ?? false);
    const end = found.length - input.start;
    return {
      total: found.length,
      dropped: this.#total - kept.length,
      entries: end <= 0 ? [] : found.slice(Math.max(0, end - input.count), end).reverse(),
    };
  }

  #add(entry: PresenceEntry): void {
    this.#total++;
    this.#entries.push(entry);
    if (this.#entries.length >= 2 * entryLimit) this.#entries = this.#entries.slice(-entryLimit);
  }
}
