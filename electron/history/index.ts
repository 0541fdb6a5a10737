/**
 * The event log. Frames go through a recorder to the writer thread, which makes them durable and tells the query
 * thread; the page's questions go to the query thread. The main thread holds no event.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  Comparison,
  Detail,
  LogPlace,
  MarkedEvent,
  Row,
  Session,
  ViewStatus,
} from '#shared/contract/history.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { type FilterNode, parseFilter } from '#shared/lib/filter/index.ts';
import type { ReplaySource } from '../replay/index.ts';
import type { FileToWrite } from '../user-files/index.ts';
import type { ChannelRates, RateQuestion } from './channel-rates.ts';
import type { Imported } from './export/importer.ts';
import { type ExportOrder, type ExportResult, writeExport } from './export/write.ts';
import type {
  CapturedEvent,
  Decrypted,
  EncryptedItem,
  FrozenView,
  OneLog,
  OpenViewInput,
  SessionContent,
  SessionPlace,
} from './messages.ts';
import { type QueryCall, QueryLink } from './query-link.ts';
import { ProfileRecorder, type Recorder } from './recorder.ts';
import type { StuckRegex } from './regex-watch.ts';
import type { SegmentLimits } from './segment-log.ts';
import { type Retention, Sessions, sessionName } from './sessions.ts';
import { WriterLink } from './writer-link.ts';

export type { ChannelRates, RateQuestion } from './channel-rates.ts';
export { connectionLimit } from './frame-code.ts';
export { KeepChoices } from './keep-choices.ts';
export type { CapturedEvent, Decrypted, EncryptedItem } from './messages.ts';
export { frameLimitBytes, type Recorder } from './recorder.ts';
export type { Retention } from './sessions.ts';

export interface HistoryOptions {
  /** Gets a folder for each app, and in it one for this run. */
  readonly folder: string;
  readonly entries: { readonly writer: URL; readonly query: URL; readonly search: URL };
  readonly decryptBatch: (
    profileId: string,
    items: readonly EncryptedItem[],
  ) => Promise<readonly Decrypted[]>;
  readonly onGrew: (status: ViewStatus) => void;
  /** `count` lines of the app's log are durable. */
  readonly onDurable?: (profileId: string, count: number) => void;
  /** Prose for the user: the disk refuses, or lines were lost. */
  readonly onProblem?: (message: string) => void;
  /** In place of the usual 2 s. */
  readonly regexLimitMs?: number;
  readonly now?: () => number;
  /** When a segment is full, in place of the usual size. */
  readonly limits?: SegmentLimits;
  /** What earlier sessions are kept for. Without it nothing is ever deleted. */
  readonly retention?: () => Retention;
  /** An app's list of sessions is another one now. */
  readonly onSessionsChanged?: (profileId: string) => void;
}

/** One app's log. Without a session: the one that is being recorded. */
interface LogKey {
  readonly profileId: string;
  readonly sessionId?: string | undefined;
}

interface ImportOrder {
  readonly signal: AbortSignal;
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
}

interface ViewKey extends LogKey {
  readonly viewId: string;
}

/** A view, for a query thread that starts anew. */
interface KnownView extends ViewKey {
  readonly filter: string;
  readonly number: number;
  readonly appliedAtMs: number;
  readonly mayRunAway: boolean;
  problem: string | undefined;
}

const usualRegexLimitMs = 2000;
/** Retention is looked after at the start, and this often. */
const retentionIntervalMs = 3_600_000;
/** How often a search that is still under way is looked at. */
const lookIntervalMs = 50;

export class History {
  readonly #options: HistoryOptions;
  readonly #writer: WriterLink;
  readonly #query: QueryLink;
  readonly #recorders = new Map<string, ProfileRecorder>();
  readonly #views = new Map<string, KnownView>();
  #nextViewNumber = 1;
  readonly #floors = new Map<string, number>();
  readonly #session: string;
  readonly #sessions: Sessions;
  /** Who is told of an import's progress. */
  readonly #imports = new Map<string, (doneBytes: number, totalBytes: number) => void>();
  readonly #retentionTimer: NodeJS.Timeout;
  #isClosed = false;
  #retaining: Promise<void> = Promise.resolve();

  constructor(options: HistoryOptions) {
    this.#options = options;
    const now = options.now ?? Date.now;
    const onProblem = options.onProblem ?? (() => {});
    this.#session = sessionName(now());
    this.#sessions = new Sessions({
      folder: options.folder,
      current: this.#session,
      durableCount: (profileId) => this.#known(profileId),
      onRemoving: (profileId, sessionId) => this.#query.call('dropSession', () => ({ profileId, sessionId })),
      now,
    });
    this.#writer = new WriterLink({
      entry: options.entries.writer,
      folder: options.folder,
      session: this.#session,
      limits: options.limits,
      onDurable: options.onDurable ?? (() => {}),
      onProblem,
      onRestarted: (lost) => this.#writerRestarted(lost),
      // Nothing can be told to a query thread any more: questions are to fail, and not to wait.
      onGivenUp: () => void this.#query.close(),
    });
    this.#query = new QueryLink({
      entry: options.entries.query,
      searchEntry: options.entries.search,
      feed: (port) => this.#writer.feed(port),
      decrypt: ({ profileId, items }) => this.#decrypt(profileId, items),
      onGrew: options.onGrew,
      onImporting: ({ taskId, doneBytes, totalBytes }) => this.#imports.get(taskId)?.(doneBytes, totalBytes),
      onProblem,
      regexLimitMs: options.regexLimitMs ?? usualRegexLimitMs,
      onStuck: (stuck) => this.#end(stuck),
      onReady: (call) => this.#restoreViews(call),
    });
    this.#retentionTimer = setInterval(() => void this.enforceRetention(), retentionIntervalMs);
    this.#retentionTimer.unref();
    void this.enforceRetention(true);
  }

  /** @param connection its number among the app's connections, from 1 to `connectionLimit` */
  recorder(profileId: string, connection = 1): Recorder {
    const known = this.#recorders.get(profileId);
    if (known) return known.of(connection);
    if (!/^[A-Za-z0-9-]+$/.test(profileId)) {
      throw new AppError('invalid_input', 'An app’s id has letters, digits and dashes only.');
    }
    const recorder = new ProfileRecorder(profileId, this.#writer, this.#options.now ?? Date.now);
    this.#recorders.set(profileId, recorder);
    return recorder.of(connection);
  }

  /** Fails with `invalid_input` for a filter that can't be read; a view of this name then stays as it was. */
  async openView({ viewId, filter, ...log }: ViewKey & { readonly filter: string }): Promise<ViewStatus> {
    const parsed = parseFilter(filter);
    if (!parsed.isValid) {
      const { message, start } = parsed.problem;
      throw new AppError('invalid_input', `The filter can’t be read at character ${start + 1}. ${message}`);
    }
    await this.#require(log);
    const view: KnownView = {
      ...log,
      viewId,
      filter,
      number: this.#nextViewNumber++,
      appliedAtMs: (this.#options.now ?? Date.now)(),
      mayRunAway: hasRegex(parsed.node),
      problem: undefined,
    };
    this.#views.set(`${log.profileId} ${viewId}`, view);
    this.#watchRegexes();
    const which = this.#which(log);
    return this.#query.call('openView', () => ({ ...openInput(view), ...which() }));
  }

  async closeView({ viewId, ...log }: ViewKey): Promise<Record<string, never>> {
    this.#views.delete(`${log.profileId} ${viewId}`);
    this.#watchRegexes();
    const which = this.#which(log);
    await this.#query.call('closeView', () => ({ ...which(), viewId }));
    return {};
  }

  rows({
    viewId,
    start,
    count,
    ...log
  }: ViewKey & { readonly start: number; readonly count: number }): Promise<{
    start: number;
    rows: Row[];
    status: ViewStatus;
  }> {
    const which = this.#which(log);
    return this.#query.call('rows', () => ({ ...which(), viewId, start, count }));
  }

  /** Names of channels or of events in a log that hold a text. */
  async names({
    kind,
    text,
    limit,
    ...log
  }: LogKey & {
    readonly kind: 'channel' | 'event';
    readonly text: string;
    readonly limit: number;
  }): Promise<{
    names: string[];
  }> {
    await this.#require(log);
    const which = this.#which(log);
    return this.#query.call('names', () => ({ ...which(), kind, text, limit }));
  }

  /** The first row of a view at or after a place; null when it has none. */
  async rowOf({ viewId, place, ...log }: ViewKey & { readonly place: LogPlace }): Promise<{
    row: { index: number; sequence: number } | null;
  }> {
    const which = this.#which(log);
    return { row: (await this.#query.call('rowOf', () => ({ ...which(), viewId, place }))) ?? null };
  }

  async detail({ sequence, ...log }: LogKey & { readonly sequence: number }): Promise<Detail> {
    await this.#require(log);
    const which = this.#which(log);
    return this.#query.call('detail', () => ({ ...which(), sequence }));
  }

  /** Newest first. */
  async sessions(profileId: string): Promise<{ sessions: Session[]; usedBytes: number }> {
    const [sessions, usedBytes] = await Promise.all([
      this.#sessions.list(profileId),
      this.#sessions.usedBytes(),
    ]);
    return { sessions, usedBytes };
  }

  /** @throws AppError `not_found` */
  async describeSession(profileId: string, sessionId: string): Promise<SessionContent> {
    const folder = await this.#sessions.folderOf(profileId, sessionId);
    return this.#query.call('describe', () => ({ profileId, session: { id: sessionId, folder } }));
  }

  /** @throws AppError `not_found` */
  async updateSession(
    profileId: string,
    sessionId: string,
    changes: { readonly name?: string | null | undefined; readonly isKept?: boolean | undefined },
  ): Promise<void> {
    const { name, isKept } = changes;
    await this.#sessions.update(profileId, sessionId, {
      ...(name === undefined ? {} : { name }),
      ...(isKept === undefined ? {} : { isKept }),
    });
    this.#options.onSessionsChanged?.(profileId);
  }

  /** @throws AppError `not_found`, or `conflict` for the session that is being recorded */
  async removeSession(profileId: string, sessionId: string): Promise<void> {
    await this.#sessions.remove(profileId, sessionId);
    this.#options.onSessionsChanged?.(profileId);
  }

  /** Marks with what they stand on. @throws AppError `not_found` */
  async markedEvents(log: LogKey): Promise<MarkedEvent[]> {
    const marks = await this.#sessions.marks(log.profileId, log.sessionId ?? this.#session);
    if (marks.length === 0) return [];
    await this.#require(log);
    const which = this.#which(log);
    return this.#query.call('markedEvents', () => ({ ...which(), marks }));
  }

  /** @throws AppError as `Sessions.setMark`, and `not_found` for an event that is not there */
  async setMark({
    sequence,
    note,
    ...log
  }: LogKey & { readonly sequence: number; readonly note: string | null }): Promise<void> {
    await this.#require(log);
    const which = this.#which(log);
    const place = await this.#query.call('placeOf', () => ({ ...which(), sequence }));
    await this.#sessions.setMark(log.profileId, log.sessionId ?? this.#session, place, note);
  }

  /** @throws AppError `not_found` */
  async compare(one: LogKey, other: LogKey): Promise<Comparison> {
    await this.flush(one.profileId);
    await this.#require(one);
    await this.#require(other);
    return this.#query.call('compare', () => ({ one: this.#which(one)(), other: this.#which(other)() }));
  }

  /** What a filter finds, to be sent again. The work gets it, and it ends with the work. */
  async replaying<T>(
    log: LogKey & { readonly filter: string; readonly signal: AbortSignal },
    work: (source: ReplaySource) => Promise<T>,
  ): Promise<T> {
    await this.flush(log.profileId);
    const { profileId, sessionId, filter, signal } = log;
    const viewId = `replay-${randomBytes(6).toString('hex')}`;
    const view = { profileId, sessionId, viewId };
    const which = this.#which(view);
    await this.openView({ ...view, filter });
    try {
      const frozen = await this.#searched(view, signal);
      return await work({
        rows: frozen.rows,
        channels: (limit) => this.#query.call('channelsOf', () => ({ ...which(), viewId, frozen, limit })),
        part: (start) => this.#query.call('replayable', () => ({ ...which(), viewId, frozen, start })),
      });
    } finally {
      await this.closeView(view);
    }
  }

  /** Writes what a filter finds to a file. @throws AppError as `writeExport` */
  async exportEvents(log: LogKey, order: ExportOrder, file: FileToWrite): Promise<ExportResult> {
    await this.flush(log.profileId);
    await this.#require(log);
    const which = this.#which(log);
    const { filter } = order;
    return writeExport(
      {
        open: (viewId) => this.openView({ ...log, viewId, filter }),
        searched: (viewId, onLooking) => this.#searched({ ...log, viewId }, order.signal, onLooking),
        part: (input) => this.#query.call('exportEvents', () => ({ ...which(), ...input })),
        connections: (input) => this.#query.call('connections', () => ({ ...which(), ...input })),
        close: (viewId) => this.closeView({ ...log, viewId }),
      },
      order,
      file,
    );
  }

  /** Takes an export in, as a session. @throws AppError as `importSession` */
  async importEvents(
    profileId: string,
    path: string,
    { signal, onProgress }: ImportOrder,
  ): Promise<Imported & { readonly sessionId: string }> {
    const taskId = randomBytes(8).toString('hex');
    const place = this.#sessions.newImport(profileId);
    this.#imports.set(taskId, onProgress);
    // A link that is closed has ended the import as well.
    const cancel = () => void this.#query.call('cancelImport', () => ({ taskId })).catch(() => {});
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const imported = await this.#query.call('importSession', () => ({
        taskId,
        path,
        folder: place.folder,
      }));
      // Told to a thread that was replaced meanwhile, it is forgotten there.
      if (signal.aborted) throw new AppError('cancelled', 'The import was cancelled.');
      await place.finish(path);
      this.#options.onSessionsChanged?.(profileId);
      return { ...imported, sessionId: place.sessionId };
    } catch (error) {
      await place.drop();
      throw error;
    } finally {
      signal.removeEventListener('abort', cancel);
      this.#imports.delete(taskId);
    }
  }

  /** Everything of an app that is gone. */
  async forget(profileId: string): Promise<void> {
    await this.flush(profileId);
    await this.#sessions.forget(profileId);
  }

  /** Deletes what retention does not keep. What can't be deleted is told as a problem, and tried again. */
  enforceRetention(isStart = false): Promise<void> {
    // One after the other: what one is deleting is not for the next to count.
    this.#retaining = this.#retaining.then(() => this.#enforceRetention(isStart));
    return this.#retaining;
  }

  async #enforceRetention(isStart: boolean): Promise<void> {
    const { retention } = this.#options;
    if (!retention) return;
    const changed = new Set<string>();
    try {
      // The writer has looked at what a crash left: it may not find files gone meanwhile.
      await this.#writer.flush();
      await this.#sessions.enforce(retention(), isStart, (profileId) => changed.add(profileId));
    } catch (error) {
      if (this.#isClosed) return;
      const { code } = error as NodeJS.ErrnoException;
      if (!(error instanceof AppError) && code === undefined) throw error;
      this.#options.onProblem?.(
        `Old sessions of the event log could not be deleted: ${code ?? 'it was busy'}.`,
      );
    } finally {
      // Also of what went before something could not be deleted.
      for (const profileId of changed) this.#options.onSessionsChanged?.(profileId);
    }
  }

  /** Hides everything recorded so far, also what is still on its way to the disk. */
  async clear(profileId: string): Promise<{ hidden: number; from: number }> {
    await this.flush(profileId);
    const { hidden, from, floor } = await this.#query.call('clear', () => ({
      profileId,
      atLeast: this.#known(profileId),
    }));
    this.#floors.set(profileId, floor);
    return { hidden, from };
  }

  /** Shows again what was cleared, from an event on. What was never cleared is not hidden by it. */
  async unclear(profileId: string, from: number): Promise<void> {
    const floor = Math.min(from, this.#floors.get(profileId) ?? 0);
    this.#floors.set(profileId, floor);
    await this.#query.call('setFloor', () => ({ profileId, floor }));
  }

  /** Received events of encrypted channels, newest first. */
  async recentEncrypted(
    profileId: string,
    { sinceMs, limit }: { readonly sinceMs: number; readonly limit: number },
  ): Promise<CapturedEvent[]> {
    await this.flush(profileId);
    const atLeast = () => this.#known(profileId);
    return this.#query.call('recentEncrypted', () => ({ profileId, sinceMs, limit, atLeast: atLeast() }));
  }

  /** Of the busiest channels with events in that time; what is on its way to the disk comes with the next question. */
  channelRates(profileId: string, question: RateQuestion): Promise<ChannelRates> {
    return this.#query.call('channelRates', () => ({ profileId, ...question }));
  }

  /** Milliseconds since 1970 of the last event of this name received on the channel, or null. */
  async lastSeen(profileId: string, channel: string, event: string): Promise<number | null> {
    await this.flush(profileId);
    const atLeast = () => this.#known(profileId);
    return this.#query.call('lastSeen', () => ({ profileId, channel, event, atLeast: atLeast() }));
  }

  /** Resolves when everything recorded so far is on disk. */
  async flush(profileId: string): Promise<void> {
    this.#recorders.get(profileId)?.send();
    await this.#writer.flush();
  }

  /** Ends the query thread, such as one that a filter keeps busy, and starts another in its place. */
  restart(): Promise<void> {
    return this.#query.restart();
  }

  /** Everything recorded is on disk when this resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#retentionTimer);
    for (const recorder of this.#recorders.values()) recorder.send();
    await this.#writer.close();
    await this.#query.close();
    const retention = this.#options.retention?.();
    if (!retention) return;
    const problems = await this.#sessions.endRun((profileId) => retention.keeps(profileId));
    if (problems.length > 0) {
      const { code = 'unknown' } = problems[0] as NodeJS.ErrnoException;
      this.#options.onProblem?.(
        `Sessions of apps that keep nothing could not be deleted (${code}). The next start tries again.`,
      );
    }
  }

  /** Answers how many rows a view has, once every event so far has been looked at. @throws AppError `cancelled`, or `invalid_input` for a filter that ran away */
  async #searched(view: ViewKey, signal: AbortSignal, onLooking: () => void = () => {}): Promise<FrozenView> {
    for (;;) {
      if (signal.aborted) throw new AppError('cancelled', 'The search was cancelled.');
      const { status } = await this.rows({ ...view, start: 0, count: 1 });
      if (status.problem !== undefined) throw new AppError('invalid_input', status.problem);
      const { floor, total, scanned, matched } = status;
      if (scanned >= total) return { floor, until: floor + total, rows: matched };
      onLooking();
      await delay(lookIntervalMs);
    }
  }

  /** What tells the query thread which log is meant. */
  #which(log: LogKey): () => OneLog & { readonly atLeast: number } {
    const { profileId } = log;
    const session = this.#place(log);
    if (session) return () => ({ profileId, session, atLeast: 0 });
    return () => ({ profileId, atLeast: this.#known(profileId) });
  }

  /** Undefined: the log that is being recorded. */
  #place({ profileId, sessionId }: LogKey): SessionPlace | undefined {
    if (sessionId === undefined || sessionId === this.#session) return undefined;
    return { id: sessionId, folder: join(this.#options.folder, profileId, sessionId) };
  }

  async #require(log: LogKey): Promise<void> {
    const session = this.#place(log);
    if (session) await this.#sessions.folderOf(log.profileId, session.id);
  }

  #known(profileId: string): number {
    return this.#writer.durableCount(profileId);
  }

  async #decrypt(profileId: string, items: readonly EncryptedItem[]): Promise<readonly Decrypted[]> {
    try {
      return await this.#options.decryptBatch(profileId, items);
    } catch (error) {
      // The vault was locked or ended while it was asked: that is a state of these events, not of the question.
      if (!(error instanceof AppError)) this.#options.onProblem?.('Encrypted events could not be opened.');
      return items.map(() => ({ state: 'closed', why: 'vault-locked' }));
    }
  }

  #writerRestarted(lost: ReadonlyMap<string, number>): void {
    for (const [profileId, count] of lost) this.#recorders.get(profileId)?.lost(count);
    // Its feed came from the writer that is gone.
    void this.#query.restart();
  }

  async #restoreViews(call: QueryCall): Promise<void> {
    for (const [profileId, floor] of this.#floors) await call('setFloor', { profileId, floor });
    for (const view of this.#views.values()) {
      const which = { profileId: view.profileId, session: this.#place(view), atLeast: 0 };
      const status = await call('openView', { ...openInput(view), ...which });
      if (view.problem !== undefined) this.#options.onGrew(status);
    }
  }

  #watchRegexes(): void {
    this.#query.watch(
      [...this.#views.values()].some((view) => view.mayRunAway && view.problem === undefined),
    );
  }

  /** A filter's expression keeps the query thread busy: it is named, and does not run again. */
  #end({ viewNumber, sequence }: StuckRegex): void {
    for (const view of this.#views.values()) {
      if (view.number !== viewNumber) continue;
      const seconds = (this.#options.regexLimitMs ?? usualRegexLimitMs) / 1000;
      view.problem = `The regular expression took longer than ${seconds} s on event ${sequence} and was ended. Repetitions within repetitions, such as (a+)+, take that long: write it without them, or search for plain text.`;
    }
    this.#watchRegexes();
  }
}

function openInput(view: KnownView): Omit<OpenViewInput, 'profileId' | 'session' | 'atLeast'> {
  const { viewId, filter, number, appliedAtMs, problem } = view;
  return { viewId, filter, number, appliedAtMs, problem };
}

function hasRegex(node: FilterNode | undefined): boolean {
  if (!node) return false;
  if (node.type === 'and' || node.type === 'or') return node.nodes.some(hasRegex);
  return node.type === 'not' ? hasRegex(node.node) : node.type === 'regex';
}
