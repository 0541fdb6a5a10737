/** The query thread's work: knows every app's lines, keeps the views, and answers for the page. */
import { setImmediate } from 'node:timers/promises';
import type { Detail, Row, ViewStatus } from '#shared/contract/history.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { parseFilter } from '#shared/lib/filter/index.ts';
import { channelRates, lastSeen } from './channel-rates.ts';
import { indexInChunk } from './columns.ts';
import { compareLogs } from './compare.ts';
import { connectionsOf, exportEvents } from './export/events.ts';
import { importSession } from './export/importer.ts';
import { Filter } from './filter.ts';
import { deletedMeanwhile, LogReader } from './log-reader.ts';
import type {
  CapturedEvent,
  Decrypted,
  EncryptedItem,
  Feed,
  FrozenView,
  OneLog,
  OpenViewInput,
  QueryApi,
  QueryNotices,
  SessionContent,
  SessionPlace,
} from './messages.ts';
import { NameUse } from './name-use.ts';
import { cutName } from './names.ts';
import type { RegexReporter } from './regex-watch.ts';
import { channelsOf, replayableEvents } from './replayable.ts';
import { type Decrypt, encryptedItem, readDetail, readRows } from './rows.ts';
import type { SearchLink } from './search-link.ts';
import { openSession } from './session-reader.ts';
import { Throttle } from './throttle.ts';
import { View, type ViewOptions } from './view.ts';

/** At most ten notices a second for each view. */
const noticeIntervalMs = 100;
const itemsPerDecryption = 500;
const charactersPerDecryption = 4_000_000;
/** Lines looked through for encrypted events before other work gets its turn. */
const linesPerTurn = 100_000;
/** Sessions that stay open though nobody looks at them. */
const idleSessions = 2;

export interface QueryOptions {
  readonly decrypt: Decrypt;
  readonly onGrew: (status: ViewStatus) => void;
  readonly regexes: RegexReporter;
  readonly search: SearchLink;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly onFailed: (error: unknown) => void;
  readonly onImporting: (progress: QueryNotices['importing']) => void;
}

interface OpenSession {
  readonly log: LogReader;
  readonly content: SessionContent;
}

interface OpenView {
  readonly view: View;
  readonly notices: Throttle;
}

export class Query {
  readonly #options: QueryOptions;
  /** Those that are being written, by profile. */
  readonly #logs = new Map<string, LogReader>();
  /** Those of earlier runs, by `keyOf`; the one that was used last comes last. */
  readonly #sessions = new Map<string, OpenSession>();
  readonly #nameUses = new WeakMap<LogReader, NameUse>();
  readonly #cancelled = new Set<string>();
  /** By `keyOf` their log, then by the page's name for it. */
  readonly #views = new Map<string, Map<string, OpenView>>();

  constructor(options: QueryOptions) {
    this.#options = options;
  }

  receive(lines: Extract<Feed, { type: 'lines' }>): void {
    this.#log(lines.profileId).append(lines);
    for (const { view } of this.#viewsOf(lines.profileId).values()) view.grew();
  }

  readonly api: QueryApi = {
    openView: async ({ viewId, atLeast, problem, ...which }) => {
      const log = await this.#upToDate(which, atLeast);
      const filter = this.#filter(log, which);
      const key = keyOf(which);
      this.#closeView(key, viewId);
      const open = this.#openView(key, log, { viewId, filter, problem });
      open.view.grew();
      // What the first turn of the scan finds is part of the answer: often all that the page shows.
      await setImmediate();
      return open.view.status;
    },
    closeView: ({ viewId, ...which }) => {
      this.#closeView(keyOf(which), viewId);
      this.#closeIdleSessions();
    },
    rows: async ({ viewId, start, count, atLeast, ...which }) => {
      // Before its log: a session whose files go is not opened again for a view that went with it.
      this.#view(which, viewId);
      const log = await this.#upToDate(which, atLeast);
      const view = this.#view(which, viewId);
      const rows: Row[] = await readRows(log, view.sequences(start, count), this.#decrypt);
      return { start, rows, status: view.status };
    },
    rowOf: async ({ viewId, place, atLeast, ...which }) => {
      const log = await this.#upToDate(which, atLeast);
      return this.#view(which, viewId).rowFrom(
        place.by === 'time' ? log.firstAfter(place.atMs) : place.sequence,
      );
    },
    markedEvents: async ({ marks, atLeast, ...which }) => {
      const log = await this.#upToDate(which, atLeast);
      return marks
        .flatMap(({ note, ...place }) => {
          const sequence = log.sequenceAt(place);
          return sequence === undefined ? [] : [{ sequence, note }];
        })
        .sort((one, other) => one.sequence - other.sequence)
        .map((mark) => {
          const { atMs, lengthBytes } = log.facts(mark.sequence);
          const line = () => log.line(mark.sequence, lengthBytes);
          return {
            ...mark,
            at: atMs,
            channel: log.channel(mark.sequence, line),
            event: log.event(mark.sequence, line),
          };
        });
    },
    placeOf: async ({ sequence, atLeast, ...which }) => {
      const log = await this.#upToDate(which, atLeast);
      if (sequence >= log.count) throw new AppError('not_found', `The log has no event ${sequence}.`);
      return log.placeOf(sequence);
    },
    detail: async ({ sequence, atLeast, ...which }): Promise<Detail> =>
      readDetail(await this.#upToDate(which, atLeast), sequence, this.#decrypt),
    exportEvents: async ({ viewId, frozen, start, part, atLeast, ...which }) => {
      const log = await this.#upToDate(which, atLeast);
      const view = this.#frozenView(log, which, viewId, frozen);
      return exportEvents(log, view, { start, end: frozen.rows, part }, this.#decrypt);
    },
    connections: async ({ viewId, frozen, atLeast, ...which }) => {
      const log = await this.#upToDate(which, atLeast);
      return connectionsOf(this.#frozenView(log, which, viewId, frozen), log, frozen.rows);
    },
    replayable: async ({ viewId, frozen, start, atLeast, ...which }) => {
      const log = await this.#upToDate(which, atLeast);
      const view = this.#frozenView(log, which, viewId, frozen);
      return replayableEvents(log, view, { start, end: frozen.rows }, this.#decrypt);
    },
    channelsOf: async ({ viewId, frozen, limit, atLeast, ...which }) => {
      const log = await this.#upToDate(which, atLeast);
      return channelsOf(log, this.#frozenView(log, which, viewId, frozen), limit);
    },
    compare: async ({ one, other }) =>
      compareLogs(
        await this.#upToDate(one, one.atLeast),
        await this.#upToDate(other, other.atLeast),
        this.#decrypt,
      ),
    importSession: ({ taskId, path, folder }) => {
      const notices = new Throttle(noticeIntervalMs, () =>
        this.#options.onImporting({ taskId, ...progress }),
      );
      let progress = { doneBytes: 0, totalBytes: 0 };
      this.#cancelled.delete(taskId);
      return importSession({
        path,
        folder,
        onProgress: (doneBytes, totalBytes) => {
          progress = { doneBytes, totalBytes };
          notices.request();
        },
        isCancelled: () => this.#cancelled.has(taskId),
      }).finally(() => {
        notices.stop();
        this.#cancelled.delete(taskId);
      });
    },
    cancelImport: ({ taskId }) => {
      this.#cancelled.add(taskId);
    },
    describe: ({ profileId, session }) => {
      const { content } = this.#session(profileId, session);
      this.#closeIdleSessions();
      return content;
    },
    dropSession: ({ profileId, sessionId }) => {
      const key = keyOf({ profileId, session: { id: sessionId } });
      for (const viewId of [...this.#viewsOf(key).keys()]) this.#closeView(key, viewId);
      this.#sessions.get(key)?.log.endReading();
      this.#sessions.delete(key);
    },
    names: async ({ kind, text, limit, atLeast, ...which }) => {
      const log = await this.#upToDate(which, atLeast);
      const use = this.#nameUses.get(log) ?? new NameUse(log);
      this.#nameUses.set(log, use);
      return { names: use.find(kind, text, limit).map(cutName) };
    },
    clear: async ({ profileId, atLeast }) => {
      const log = await this.#upToDate({ profileId }, atLeast);
      const hidden = log.count - log.floor;
      const from = log.floor;
      this.#setFloor(log, log.count);
      return { hidden, from, floor: log.floor };
    },
    setFloor: ({ profileId, floor }) => this.#setFloor(this.#log(profileId), floor),
    recentEncrypted: async ({ profileId, sinceMs, limit, atLeast }) =>
      this.#recentEncrypted(await this.#upToDate({ profileId }, atLeast), sinceMs, limit),
    channelRates: ({ profileId, ...question }) => channelRates(this.#log(profileId), question),
    lastSeen: async ({ profileId, channel, event, atLeast }) =>
      lastSeen(await this.#upToDate({ profileId }, atLeast), channel, event),
  };

  #view(which: OneLog, viewId: string): View {
    const open = this.#viewsOf(keyOf(which)).get(viewId);
    if (!open) throw new AppError('not_found', 'This view is not open.');
    return open.view;
  }

  #filter(
    log: LogReader,
    { filter, number, appliedAtMs }: Pick<OpenViewInput, 'filter' | 'number' | 'appliedAtMs'>,
  ): Filter | undefined {
    const parsed = parseFilter(filter);
    if (!parsed.isValid) throw new AppError('invalid_input', parsed.problem.message);
    if (!parsed.node) return undefined;
    return new Filter(parsed.node, {
      names: log.names,
      nowMs: appliedAtMs,
      testRegex: (regex, text, sequence) => this.#options.regexes.test(regex, text, number, sequence),
    });
  }

  #frozenView(log: LogReader, which: OneLog, viewId: string, frozen: FrozenView): View {
    const { view } = this.#viewsOf(keyOf(which)).get(viewId) ?? {};
    if (!view) throw deletedMeanwhile();
    const { floor, scanned, matched, problem } = view.status;
    if (problem !== undefined) throw new AppError('invalid_input', problem);
    const isSame = log.floor === frozen.floor && floor + scanned >= frozen.until && matched >= frozen.rows;
    if (isSame) return view;
    throw new AppError('conflict', 'The log was cleared, or opened anew, while it was read.', {
      hint: 'Nothing more was taken from it. Try again.',
      retryable: true,
    });
  }

  #openView(
    key: string,
    log: LogReader,
    { viewId, filter, problem }: Pick<ViewOptions, 'viewId' | 'filter' | 'problem'>,
  ): OpenView {
    const notices = new Throttle(noticeIntervalMs, () => this.#tell(view, notices));
    const view: View = new View(log, {
      viewId,
      filter,
      problem,
      search: this.#options.search,
      now: this.#options.now,
      decrypt: this.#decrypt,
      pause: () => setImmediate(),
      onProgress: (isAwaited) => (isAwaited ? notices.requestNow() : notices.request()),
      onFailed: this.#options.onFailed,
    });
    const open = { view, notices };
    this.#viewsOf(key).set(viewId, open);
    return open;
  }

  #tell(view: View, notices: Throttle): void {
    const { status } = view;
    this.#options.onGrew(status);
    // The rate falls without new lines, so it is told until it is zero.
    if (status.perSecond > 0 && status.problem === undefined) notices.request();
  }

  #closeView(key: string, viewId: string): void {
    const views = this.#viewsOf(key);
    const open = views.get(viewId);
    open?.view.close();
    open?.notices.stop();
    views.delete(viewId);
  }

  #setFloor(log: LogReader, floor: number): void {
    log.floor = Math.min(floor, log.count);
    for (const { view, notices } of this.#viewsOf(log.profileId).values()) {
      view.floorMoved();
      notices.request();
    }
  }

  /** Newest first. Times may go back when the clock is set, so the whole log is looked through if need be. */
  async #recentEncrypted(log: LogReader, sinceMs: number, limit: number): Promise<CapturedEvent[]> {
    const found: CapturedEvent[] = [];
    for (let sequence = log.count - 1; sequence >= 0 && found.length < limit; sequence--) {
      if (sequence % linesPerTurn === 0) await setImmediate();
      if ((log.chunkOf(sequence).atMs[indexInChunk(sequence)] ?? 0) < sinceMs) continue;
      const { isEncrypted, direction, atMs, lengthBytes } = log.facts(sequence);
      if (!isEncrypted || direction !== 'in') continue;
      found.push({ sequence, atMs, ...encryptedItem(log.line(sequence, lengthBytes)) });
    }
    return found;
  }

  readonly #decrypt: Decrypt = async (profileId, items) => {
    const results: Decrypted[] = [];
    for (let start = 0; start < items.length; ) {
      const part = firstPart(items, start);
      start += part.length;
      results.push(...(await this.#options.decrypt(profileId, part)));
    }
    return results;
  };

  async #upToDate({ profileId, session }: OneLog, atLeast: number): Promise<LogReader> {
    if (session) return this.#session(profileId, session).log;
    const log = this.#log(profileId);
    await log.has(atLeast);
    return log;
  }

  #log(profileId: string): LogReader {
    const known = this.#logs.get(profileId);
    if (known) return known;
    const log = new LogReader(profileId, this.#options.now);
    this.#logs.set(profileId, log);
    return log;
  }

  #session(profileId: string, place: SessionPlace): OpenSession {
    const key = keyOf({ profileId, session: place });
    let open = this.#sessions.get(key);
    if (!open) {
      const log = new LogReader(profileId, this.#options.now);
      open = { log, content: openSession(place.folder, log) };
    }
    this.#sessions.delete(key);
    this.#sessions.set(key, open);
    return open;
  }

  #closeIdleSessions(): void {
    const idle = [...this.#sessions].filter(([key]) => this.#viewsOf(key).size === 0);
    for (const [key, { log }] of idle.slice(0, Math.max(0, idle.length - idleSessions))) {
      log.close();
      this.#sessions.delete(key);
      this.#views.delete(key);
    }
  }

  #viewsOf(key: string): Map<string, OpenView> {
    const known = this.#views.get(key);
    if (known) return known;
    const views = new Map<string, OpenView>();
    this.#views.set(key, views);
    return views;
  }
}

/** Of a live log it is the profile's id. */
function keyOf({
  profileId,
  session,
}: {
  readonly profileId: string;
  readonly session?: Pick<SessionPlace, 'id'> | undefined;
}): string {
  return session ? `${profileId}/${session.id}` : profileId;
}

/** At least one item, and no more than one decryption takes. */
function firstPart(items: readonly EncryptedItem[], start: number): EncryptedItem[] {
  const part: EncryptedItem[] = [];
  let characters = 0;
  for (const item of items.slice(start, start + itemsPerDecryption)) {
    characters += item.data.length;
    if (part.length > 0 && characters > charactersPerDecryption) break;
    part.push(item);
  }
  return part;
}
