/**
 * The event log. Frames go through a recorder to the writer thread, which makes them durable and tells the query
 * thread; the page's questions go to the query thread. The main thread holds no event.
 */
import { randomBytes } from 'node:crypto';
import type { Detail, Row, ViewStatus } from '#shared/contract/history.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { CapturedEvent, Decrypted, EncryptedItem } from './messages.ts';
import { type QueryCall, QueryLink } from './query-link.ts';
import { ProfileRecorder, type Recorder } from './recorder.ts';
import type { SegmentLimits } from './segment-log.ts';
import { WriterLink } from './writer-link.ts';

export { connectionLimit } from './frame-batch.ts';
export type { CapturedEvent, Decrypted, EncryptedItem } from './messages.ts';
export { frameLimitBytes, type Recorder } from './recorder.ts';

export interface HistoryOptions {
  /** Gets a folder for each app, and in it one for this run. */
  readonly folder: string;
  readonly entries: { readonly writer: URL; readonly query: URL };
  readonly decryptBatch: (
    profileId: string,
    items: readonly EncryptedItem[],
  ) => Promise<readonly Decrypted[]>;
  readonly onGrew: (status: ViewStatus) => void;
  /** `count` lines of the app's log are durable. */
  readonly onDurable?: (profileId: string, count: number) => void;
  /** Prose for the user: the disk refuses, or lines were lost. */
  readonly onProblem?: (message: string) => void;
  readonly now?: () => number;
  /** When a segment is full, in place of the usual size. */
  readonly limits?: SegmentLimits;
}

interface ViewKey {
  readonly profileId: string;
  readonly viewId: string;
}

export class History {
  readonly #options: HistoryOptions;
  readonly #writer: WriterLink;
  readonly #query: QueryLink;
  readonly #recorders = new Map<string, ProfileRecorder>();
  /** For a query thread that starts anew. */
  readonly #views = new Map<string, ViewKey & { readonly filter: string }>();
  readonly #floors = new Map<string, number>();

  constructor(options: HistoryOptions) {
    this.#options = options;
    const now = options.now ?? Date.now;
    const onProblem = options.onProblem ?? (() => {});
    this.#writer = new WriterLink({
      entry: options.entries.writer,
      folder: options.folder,
      session: sessionName(now()),
      limits: options.limits,
      onDurable: options.onDurable ?? (() => {}),
      onProblem,
      onRestarted: (lost) => this.#writerRestarted(lost),
      // Nothing can be told to a query thread any more: questions are to fail, and not to wait.
      onGivenUp: () => void this.#query.close(),
    });
    this.#query = new QueryLink({
      entry: options.entries.query,
      feed: (port) => this.#writer.feed(port),
      decrypt: ({ profileId, items }) => this.#decrypt(profileId, items),
      onGrew: options.onGrew,
      onProblem,
      onReady: (call) => this.#restoreViews(call),
    });
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

  async openView(profileId: string, viewId: string, filter: string): Promise<ViewStatus> {
    this.#views.set(`${profileId} ${viewId}`, { profileId, viewId, filter });
    return this.#query.call('openView', () => ({
      profileId,
      viewId,
      filter,
      atLeast: this.#known(profileId),
    }));
  }

  async closeView(profileId: string, viewId: string): Promise<Record<string, never>> {
    this.#views.delete(`${profileId} ${viewId}`);
    await this.#query.call('closeView', () => ({ profileId, viewId }));
    return {};
  }

  rows(
    input: ViewKey & { readonly start: number; readonly count: number },
  ): Promise<{ start: number; rows: Row[]; status: ViewStatus }> {
    return this.#query.call('rows', () => ({ ...input, atLeast: this.#known(input.profileId) }));
  }

  detail(profileId: string, sequence: number): Promise<Detail> {
    return this.#query.call('detail', () => ({ profileId, sequence, atLeast: this.#known(profileId) }));
  }

  /** Hides everything recorded so far, also what is still on its way to the disk. */
  async clear(profileId: string): Promise<{ hidden: number }> {
    await this.flush(profileId);
    const { hidden, floor } = await this.#query.call('clear', () => ({
      profileId,
      atLeast: this.#known(profileId),
    }));
    this.#floors.set(profileId, floor);
    return { hidden };
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
    for (const recorder of this.#recorders.values()) recorder.send();
    await this.#writer.close();
    await this.#query.close();
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
    for (const [profileId, floor] of this.#floors) await call('restoreFloor', { profileId, floor });
    for (const view of this.#views.values()) await call('openView', { ...view, atLeast: 0 });
  }
}

/** The time, in a form that any file system takes and that sorts; and a part that no other run has. */
function sessionName(nowMs: number): string {
  return `${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}-${randomBytes(3).toString('hex')}`;
}
