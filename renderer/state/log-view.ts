/**
 * One app's log as the page sees it: a view on the main side, the rows in sight, and what the user did to it.
 * Each filter is a view of its own id, so that a tick of the last one can't be taken for one of the next.
 */
import { type LogPlace, type Row, rowsPerCallLimit, type ViewStatus } from '#shared/contract/history.ts';
import type { AppError } from '#shared/lib/app-error.ts';
import type { Disposer } from '#shared/lib/disposer.ts';
import type { Client } from '../bridge/index.ts';
import { LogPages, rowsPerPage } from './log-pages.ts';
import { asAppError } from './remote.ts';
import { type Readable, Value } from './value.ts';

/** Windows asked for at one time. */
const openRequestLimit = 4;
/** Fetched at the newest end before it is known how many rows fit. */
const leastRowsInSight = 30;
const noTail = { start: 0, rows: [] };
/** Beside the numbers of pages that are being asked for. */
const tailRequest = -1;

export interface LogSnapshot {
  /** Undefined until the view has been opened once. */
  readonly status: ViewStatus | undefined;
  /** What the rows on show were filtered by. */
  readonly filter: string;
  /** A filter that took too long and was ended: why. The rows are those of the one before it. */
  readonly ended: { readonly filter: string; readonly message: string } | undefined;
  /** A view with another filter is being opened. */
  readonly isOpening: boolean;
  readonly error: AppError | undefined;
  /** While paused: the number of rows that the view stands still at. */
  readonly frozenCount: number | undefined;
  readonly isFollowing: boolean;
  /** The row that the keys are on. Its index is null when the filter has changed under it. */
  readonly active: { readonly index: number | null; readonly sequence: number | null } | undefined;
  readonly isDetailOpen: boolean;
  /** Grows with every change of the rows. */
  readonly version: number;
  /** Rows have other numbers, as those before them were deleted: where the list is to go, until it went there. */
  readonly moved: { readonly to: number } | undefined;
}

const start: LogSnapshot = {
  status: undefined,
  filter: '',
  ended: undefined,
  isOpening: false,
  error: undefined,
  frozenCount: undefined,
  isFollowing: true,
  active: undefined,
  isDetailOpen: false,
  version: 0,
  moved: undefined,
};

export class LogView implements Readable<LogSnapshot> {
  readonly profileId: string;
  /** Undefined: the session that is being recorded. */
  readonly sessionId: string | undefined;
  readonly #client: Client;
  /** Which log the calls are about. */
  readonly #log: { readonly profileId: string; readonly sessionId?: string };
  readonly #namePrefix: string;
  readonly #snapshot = new Value<LogSnapshot>(start);
  readonly #pages = new LogPages();
  /** The latest tick of each view that is open or being opened. */
  readonly #ticks = new Map<string, ViewStatus>();
  #viewId: string | undefined;
  /** What the rows were filtered by before. */
  #filterBefore = '';
  #turn = 0;
  #users = 0;
  #openRequests = new Set<number>();
  #wanted = { start: 0, end: 0 };
  /** The rows at the newest end while following. */
  #tail: { readonly start: number; readonly rows: readonly Row[] } = noTail;
  /** While following: rows up to here are on show. Newer ones join when they have been fetched, not as empty rows. */
  #shown = 0;
  #tailShownFrom = 0;
  /** The last tick of the view, which the snapshot follows. */
  #latest: ViewStatus | undefined;
  #stopEvents: Disposer | undefined;
  readonly #onGone: () => void;
  /** Its view was found closed and opened again, and no row came since. */
  #isReopened = false;

  /** @param onGone its session is not there any more */
  constructor(
    client: Client,
    profileId: string,
    namePrefix: string,
    sessionId?: string,
    onGone: () => void = () => {},
  ) {
    this.#client = client;
    this.profileId = profileId;
    this.sessionId = sessionId;
    this.#onGone = onGone;
    this.#log = { profileId, ...(sessionId === undefined ? {} : { sessionId }) };
    this.#namePrefix = namePrefix;
  }

  readonly get = (): LogSnapshot => this.#snapshot.get();

  readonly subscribe = (listener: () => void): Disposer => this.#snapshot.subscribe(listener);

  /** Keeps the view open on the main side until the last user lets go. */
  acquire(): Disposer {
    if (this.#users++ === 0) this.#begin();
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      if (--this.#users === 0) this.#end();
    };
  }

  /** Rows on show: all that match, or those at the moment of the pause. */
  get count(): number {
    const { status, frozenCount, isFollowing } = this.get();
    const matched = status?.matched ?? 0;
    if (frozenCount !== undefined) return Math.min(frozenCount, matched);
    return isFollowing ? Math.min(this.#shown, matched) : matched;
  }

  /** Undefined: not fetched yet. */
  row(index: number): Row | undefined {
    return this.#tail.rows[index - this.#tail.start] ?? this.#pages.row(index);
  }

  /** The first row that was on screen last: where a list begins that is drawn anew. */
  get shownFrom(): number {
    return this.#wanted.start;
  }

  /** Says which rows are in sight. What is missing is fetched; what is no longer wanted is not. */
  readonly want = (range: { readonly start: number; readonly end: number }): void => {
    this.#wanted = range;
    this.#pages.touch(range.start, range.end);
    this.#fetch();
  };

  async setFilter(filter: string): Promise<void> {
    this.#patch({ ended: undefined });
    if (filter === this.get().filter && !this.get().isOpening && !this.get().error) return;
    await this.#open(filter);
  }

  /** The first row at or after a place. Undefined: there is none, or no view to look in. */
  async rowOf(place: LogPlace): Promise<{ readonly index: number; readonly sequence: number } | undefined> {
    const viewId = this.#viewId;
    if (viewId === undefined) return undefined;
    const { row } = await this.#client.call('history.rowOf', { ...this.#log, viewId, place });
    return viewId === this.#viewId && row !== null ? row : undefined;
  }

  /** Empties the view from here on; the log on disk stays. `from` is what `unclear` takes. */
  async clear(): Promise<{ readonly hidden: number; readonly from: number }> {
    const { hidden, from } = await this.#client.call('history.clear', { profileId: this.profileId });
    this.#patch({ active: undefined, isDetailOpen: false, frozenCount: undefined, isFollowing: true });
    await this.#open(this.get().filter);
    return { hidden, from };
  }

  /** Shows what was cleared again. */
  async unclear(from: number): Promise<void> {
    await this.#client.call('history.unclear', { profileId: this.profileId, from });
    await this.#open(this.get().filter);
  }

  togglePause(): void {
    const { frozenCount } = this.get();
    this.#patch({ frozenCount: frozenCount === undefined ? this.count : undefined });
    this.#fetch();
  }

  readonly setFollowing = (isFollowing: boolean): void => {
    if (isFollowing === this.get().isFollowing) return;
    this.#shown = this.count;
    this.#patch({ isFollowing });
    this.#fetch();
  };

  readonly setActive = (index: number): void => {
    this.#patch({ active: { index, sequence: this.row(index)?.sequence ?? null } });
  };

  readonly openDetail = (index: number): void => {
    this.#patch({
      active: { index, sequence: this.row(index)?.sequence ?? null },
      isDetailOpen: true,
      // The row that is being read must not run away.
      isFollowing: false,
    });
  };

  /** The list is where `moved` said. */
  arrived(): void {
    this.#patch({ moved: undefined });
  }

  closeDetail(): void {
    this.#patch({ isDetailOpen: false });
  }

  retry(): void {
    void this.#open(this.get().filter);
  }

  #begin(): void {
    const client = this.#client;
    const reopen = () => void this.#open(this.get().filter);
    let wasLost = false;
    const stops = [
      client.on('history.grew', (status) => this.#grew(status)),
      // What can be read has changed: previews, and what a filter finds.
      client.on('vault.changed', ({ state }) => {
        if (state === 'unlocked' || state === 'locked') reopen();
      }),
      client.on('vault.credentialsChanged', ({ profileId }) => {
        if (profileId === this.profileId) reopen();
      }),
      client.on('history.sessionsChanged', ({ profileId }) => {
        if (profileId === this.profileId && this.sessionId !== undefined) void this.#look();
      }),
      client.onStatus(({ state }) => {
        if (state !== 'online') wasLost = true;
        else if (wasLost) {
          wasLost = false;
          reopen();
        }
      }),
    ];
    this.#stopEvents = () => {
      for (const stop of stops) stop();
    };
    reopen();
  }

  #end(): void {
    this.#stopEvents?.();
    this.#stopEvents = undefined;
    this.#turn++;
    if (this.#viewId !== undefined) this.#close(this.#viewId);
    this.#viewId = undefined;
  }

  /** Whether the view is still there: it is closed when files of its session go. */
  async #look(): Promise<void> {
    const viewId = this.#viewId;
    const turn = this.#turn;
    if (viewId !== undefined && !this.get().isOpening && !this.get().error) {
      try {
        await this.#client.call('history.rows', { ...this.#log, viewId, start: 0, count: 1 });
        return;
      } catch (cause) {
        if (turn !== this.#turn) return;
        const error = asAppError(cause);
        if (error.code !== 'not_found') {
          this.#patch({ error });
          return;
        }
      }
    }
    await this.#open(this.get().filter);
  }

  async #open(filter: string): Promise<void> {
    const turn = ++this.#turn;
    const viewId = `${this.#namePrefix}-${turn}`;
    const isSameFilter = filter === this.get().filter;
    this.#patch({ isOpening: true });
    try {
      const opened = await this.#client.call('history.openView', {
        ...this.#log,
        viewId,
        filter,
      });
      if (turn !== this.#turn) return this.#close(viewId);
      if (opened.problem !== undefined) {
        this.#close(viewId);
        this.#patch({ isOpening: false, ended: { filter, message: opened.problem } });
        return;
      }
      const tick = this.#ticks.get(viewId);
      if (this.#viewId !== undefined) this.#close(this.#viewId);
      this.#viewId = viewId;
      this.#ticks.clear();
      const status = tick && tick.scanned >= opened.scanned ? tick : opened;
      const { active, frozenCount, isDetailOpen, status: before } = this.get();
      // Of an ended session only the oldest events go, and the numbers of the others count from the first that is left.
      const lost = this.sessionId === undefined || !before ? 0 : Math.max(0, before.total - status.total);
      const top = lost > 0 && isSameFilter ? this.row(this.#wanted.start)?.sequence : undefined;
      this.#forgetRows();
      this.#latest = status;
      // With a text, what can be read decides too, and it may have changed.
      const areSameRows = isSameFilter && filter === '' && before?.floor === status.floor && lost === 0;
      const left = lost === 0 ? active : activeAfter(active, lost);
      if (!isSameFilter) this.#filterBefore = this.get().filter;
      this.#patch({
        status,
        filter,
        isOpening: false,
        error: undefined,
        // Another filter has other rows: a pause goes on from what it finds now.
        frozenCount: frozenCount === undefined || areSameRows ? frozenCount : status.matched,
        active: left && (areSameRows ? left : { ...left, index: null }),
        isDetailOpen: isDetailOpen && left !== undefined,
        ...(isSameFilter ? {} : { isFollowing: true }),
        version: this.get().version + 1,
      });
      this.#fetch();
      if (lost > 0 && isSameFilter) void this.#findPlace(viewId, Math.max(0, (top ?? 0) - lost));
    } catch (cause) {
      if (turn !== this.#turn) return;
      const error = asAppError(cause);
      this.#patch({ isOpening: false, error });
      if (error.code === 'not_found' && this.sessionId !== undefined) this.#onGone();
    }
  }

  /** Where the rows in sight, and the active one, are by their new numbers. @param top the event that was the first in sight */
  async #findPlace(viewId: string, top: number): Promise<void> {
    try {
      if (!this.get().isFollowing) {
        const first = await this.rowOf({ by: 'sequence', sequence: top });
        if (!first || viewId !== this.#viewId) return;
        // It may have been found after the last tick: as many rows are drawn as were told of.
        const range = { start: first.index, count: 1 };
        const { status } = await this.#client.call('history.rows', { ...this.#log, viewId, ...range });
        if (viewId !== this.#viewId) return;
        this.#grew(status);
        this.#wanted = { start: first.index, end: first.index + this.#wanted.end - this.#wanted.start };
        this.#patch({ moved: { to: first.index } });
      }
      const sequence = this.get().active?.sequence;
      if (sequence == null) return;
      const found = await this.rowOf({ by: 'sequence', sequence });
      const { active } = this.get();
      if (viewId !== this.#viewId || found?.sequence !== sequence) return;
      if (active?.sequence === sequence) this.#patch({ active: { ...active, index: found.index } });
    } catch {
      // The rows are there, from their beginning; a view that was closed again is told of where rows are asked for.
    }
  }

  /** A session's view is closed when files of it go: once more it is opened, and what comes then is told. */
  #failed(cause: unknown): void {
    const error = asAppError(cause);
    const mayReopen = error.code === 'not_found' && this.sessionId !== undefined && !this.#isReopened;
    if (!mayReopen) {
      this.#patch({ error });
      return;
    }
    this.#isReopened = true;
    void this.#open(this.get().filter);
  }

  #forgetRows(): void {
    this.#pages.clear();
    this.#tail = noTail;
    this.#openRequests = new Set();
    this.#shown = 0;
    this.#tailShownFrom = 0;
  }

  #close(viewId: string): void {
    this.#ticks.delete(viewId);
    this.#client.call('history.closeView', { ...this.#log, viewId }).catch(() => {
      // The host is gone, and the view with it.
    });
  }

  #grew(status: ViewStatus): void {
    if (status.profileId !== this.profileId) return;
    if (status.viewId !== this.#viewId) {
      // Perhaps of the view that is being opened: its answer comes after. Others are other pages'.
      if (status.viewId === `${this.#namePrefix}-${this.#turn}`) this.#ticks.set(status.viewId, status);
      return;
    }
    if (status.problem !== undefined) {
      this.#patch({ ended: { filter: this.get().filter, message: status.problem } });
      // To none, if the one before is ended as well: two of them would take turns for ever.
      const fallback = this.#filterBefore;
      void this.#open(fallback).then(() => {
        this.#filterBefore = '';
      });
      return;
    }
    const before = this.#latest;
    if (before && (status.matched < before.matched || status.floor !== before.floor)) {
      this.#forgetRows();
      // Rows have other numbers now; the event whose details are open stays that event.
      const { active, frozenCount } = this.get();
      this.#patch({
        active: active && { ...active, index: null },
        frozenCount: frozenCount === undefined ? undefined : status.matched,
      });
    }
    this.#latest = status;
    // While rows are late the count goes on without them.
    const areRowsLate = this.#openRequests.has(tailRequest);
    if (areRowsLate || !this.#isAtNewest) this.#patch({ status });
    this.#fetch();
  }

  get #isAtNewest(): boolean {
    const { isFollowing, frozenCount } = this.get();
    return isFollowing && frozenCount === undefined;
  }

  #fetch(): void {
    const viewId = this.#viewId;
    if (viewId === undefined) return;
    if (this.#isAtNewest) {
      void this.#follow(viewId);
      return;
    }
    const requests = this.#openRequests;
    // With the row before: what is in sight tells the time since it.
    const ranges = this.#pages.missing(
      Math.max(0, this.#wanted.start - 1),
      Math.min(this.#wanted.end, this.count),
    );
    for (const range of ranges) {
      const page = range.start - (range.start % rowsPerPage);
      if (requests.size >= openRequestLimit) return;
      if (requests.has(page)) continue;
      requests.add(page);
      void this.#request(viewId, range, requests, page);
    }
  }

  /**
   * The rows in sight at the newest end, and no others: at thousands of events a second they are others each time. They
   * are shown with the count that they belong to, in one go.
   */
  async #follow(viewId: string): Promise<void> {
    const requests = this.#openRequests;
    if (requests.has(tailRequest)) return;
    const { matched } = this.#latest ?? { matched: 0 };
    const inSight = Math.max(leastRowsInSight, this.#wanted.end - this.#wanted.start + 2);
    const first = Math.max(0, matched - Math.min(inSight, rowsPerCallLimit));
    const known = this.#tail.start + this.#tail.rows.length;
    const start = this.#tail.start <= first && known > first ? known : first;
    if (start >= matched) {
      this.#showTail(first, matched);
      return;
    }
    requests.add(tailRequest);
    try {
      const range = { start, count: matched - start };
      const answer = await this.#client.call('history.rows', { ...this.#log, viewId, ...range });
      if (viewId !== this.#viewId || requests !== this.#openRequests) return;
      requests.delete(tailRequest);
      this.#isReopened = false;
      const kept = start === first ? [] : this.#tail.rows.slice(first - this.#tail.start);
      this.#tail = { start: first, rows: [...kept, ...answer.rows] };
      this.#showTail(first, first + this.#tail.rows.length);
      // Only what brought something leads to more: an answer without rows must not be asked for in a loop.
      if (answer.rows.length > 0) this.#fetch();
    } catch (cause) {
      if (viewId !== this.#viewId || requests !== this.#openRequests) return;
      requests.delete(tailRequest);
      this.#patch({ status: this.#latest });
      this.#failed(cause);
    }
  }

  #showTail(first: number, end: number): void {
    const isSame = this.#shown === end && this.get().status === this.#latest && this.#tailShownFrom === first;
    if (isSame) return;
    this.#shown = end;
    this.#tailShownFrom = first;
    this.#patch({
      status: this.#latest,
      version: this.get().version + 1,
      error: undefined,
      ...this.#activeWithSequence(),
    });
  }

  /** The active row, once it is known which event it is. */
  #activeWithSequence(): Pick<LogSnapshot, 'active'> | undefined {
    const { active } = this.get();
    if (!active || active.sequence !== null || active.index === null) return undefined;
    return { active: { index: active.index, sequence: this.row(active.index)?.sequence ?? null } };
  }

  async #request(
    viewId: string,
    range: { readonly start: number; readonly count: number },
    requests: Set<number>,
    page: number,
  ): Promise<void> {
    try {
      const answer = await this.#client.call('history.rows', { ...this.#log, viewId, ...range });
      if (viewId !== this.#viewId || requests !== this.#openRequests) return;
      requests.delete(page);
      this.#isReopened = false;
      this.#pages.add(answer.start, answer.rows);
      this.#patch({ version: this.get().version + 1, error: undefined, ...this.#activeWithSequence() });
      // Only what brought something leads to more: an answer without rows must not be asked for in a loop.
      if (answer.rows.length > 0) this.#fetch();
    } catch (cause) {
      if (viewId !== this.#viewId || requests !== this.#openRequests) return;
      requests.delete(page);
      this.#failed(cause);
    }
  }

  #patch(changes: Partial<LogSnapshot>): void {
    this.#snapshot.update((current) => ({ ...current, ...changes }));
  }
}

/** Undefined: its event is among those that were deleted. */
function activeAfter(active: LogSnapshot['active'], lost: number): LogSnapshot['active'] {
  if (!active || active.sequence === null || active.sequence < lost) return undefined;
  return { index: null, sequence: active.sequence - lost };
}

/** One for each log, kept while the page lives: filter, pause and selection survive a change of app. */
export class LogViews {
  readonly #client: Client;
  /** Of the live logs by profile; of an earlier session each app keeps the one that was opened last. */
  readonly #views = new Map<string, LogView>();
  readonly #earlier = new Map<string, LogView>();
  /** By profile: the earlier session on show. */
  readonly #chosen = new Map<string, Value<string | null>>();
  /** By profile: the session on show was deleted, and the user has not put the message away. */
  readonly #gone = new Map<string, Value<boolean>>();
  readonly #pageName: string;
  #turn = 0;

  constructor(client: Client) {
    this.#client = client;
    // Unlike any other page's: two windows on one host must not share views.
    const words = crypto.getRandomValues(new Uint32Array(2));
    this.#pageName = `p${Array.from(words, (word) => word.toString(36)).join('')}`;
  }

  of(profileId: string): LogView {
    let view = this.#views.get(profileId);
    if (!view) {
      view = new LogView(this.#client, profileId, this.#pageName);
      this.#views.set(profileId, view);
    }
    return view;
  }

  /** The log of an earlier session. */
  ofSession(profileId: string, sessionId: string): LogView {
    const known = this.#earlier.get(profileId);
    if (known?.sessionId === sessionId) return known;
    const name = `${this.#pageName}s${this.#turn++}`;
    const view = new LogView(this.#client, profileId, name, sessionId, () => {
      const chosen = this.chosen(profileId);
      if (chosen.get() !== sessionId) return;
      chosen.set(null);
      this.gone(profileId).set(true);
    });
    this.#earlier.set(profileId, view);
    return view;
  }

  /** Another view of a log, for whoever asks only what a filter finds in it. */
  aside(profileId: string, sessionId: string | undefined): LogView {
    return new LogView(this.#client, profileId, `${this.#pageName}a${this.#turn++}`, sessionId);
  }

  /** Which of an app's sessions is on show. Null: the one that is being recorded. */
  chosen(profileId: string): Value<string | null> {
    return valueIn(this.#chosen, profileId, null);
  }

  /** Whether the session that was on show was deleted by something else than the page, which then shows the live log. */
  gone(profileId: string): Value<boolean> {
    return valueIn(this.#gone, profileId, false);
  }
}

function valueIn<T>(values: Map<string, Value<T>>, name: string, initial: T): Value<T> {
  let value = values.get(name);
  if (!value) {
    value = new Value(initial);
    values.set(name, value);
  }
  return value;
}
