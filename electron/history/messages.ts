/** What the main thread, the writer, the query thread and the search thread say to each other. Buffers are transferred, not copied. */
import type { MessagePort } from 'node:worker_threads';
import type {
  Comparison,
  Detail,
  EncryptionFailure,
  LogPlace,
  MarkedEvent,
  Row,
  ViewStatus,
} from '#shared/contract/history.ts';
import type { Slot } from '#shared/contract/vault.ts';
import type { WasmMemory } from './byte-search.ts';
import type { ChannelRates, RateQuestion } from './channel-rates.ts';
import type { Imported } from './export/importer.ts';
import type { ExportRules } from './export/lines.ts';
import type { ProbeBytes } from './raw-probe.ts';
import type { SegmentLimits } from './segment-log.ts';
import type { LinePlace, StoredMark } from './sessions.ts';

export interface WriterData {
  readonly folder: string;
  /** Names this run's folders. */
  readonly session: string;
  /** Profiles that an earlier writer of this run has written. */
  readonly resume: readonly string[];
  /** In place of the usual ones. */
  readonly limits?: SegmentLimits | undefined;
}

export type ToWriter =
  | {
      readonly type: 'frames';
      readonly profileId: string;
      readonly buffer: ArrayBuffer;
      readonly count: number;
    }
  | { readonly type: 'flush'; readonly id: number }
  /** Tells a query thread everything so far, and from then on each group. */
  | { readonly type: 'feed'; readonly port: MessagePort }
  | { readonly type: 'close' };

export type FromWriter =
  /** A batch's lines are durable, or were copied out of it: its buffer can be used again. */
  | { readonly type: 'taken'; readonly buffer: ArrayBuffer }
  /** `count` lines of this run are durable. */
  | { readonly type: 'durable'; readonly profileId: string; readonly count: number }
  /** So many were already when this writer took up what an earlier one left. */
  | { readonly type: 'resumed'; readonly profileId: string; readonly count: number }
  | { readonly type: 'flushed'; readonly id: number }
  | { readonly type: 'problem'; readonly message: string }
  | { readonly type: 'closed' };

export interface QueryData {
  readonly feed: MessagePort;
  readonly regexes: SharedArrayBuffer;
  /** The search thread's entry. */
  readonly search: string;
}

export interface SearchData {
  readonly wasm: WasmMemory;
  /** Brings `SearchTask`s. */
  readonly tasks: MessagePort;
}

/** What the search thread is to look for, in a segment. */
export interface SearchTask {
  readonly id: number;
  readonly path: string;
  readonly probes: readonly ProbeBytes[];
}

/** From the writer to the query thread. */
export type Feed =
  | {
      readonly type: 'lines';
      readonly profileId: string;
      readonly path: string;
      /** The sequence number of the first line. */
      readonly firstLine: number;
      readonly count: number;
      /** Absent: read the segment's index. */
      readonly columns?: ArrayBuffer;
      /** The id of the first of `newNames`. */
      readonly firstName: number;
      readonly newNames: readonly string[];
    }
  | { readonly type: 'caughtUp' };

export type Decrypted =
  | { readonly state: 'decrypted'; readonly slot: Slot; readonly plaintext: string }
  | { readonly state: 'closed'; readonly why: EncryptionFailure };

export interface EncryptedItem {
  readonly channel: string;
  /** The event's data, unwrapped once. */
  readonly data: string;
}

export interface CapturedEvent extends EncryptedItem {
  readonly sequence: number;
  readonly atMs: number;
}

/** A log of an earlier run, or an imported one. */
export interface SessionPlace {
  readonly id: string;
  readonly folder: string;
}

/** Which log of an app: without a session the one that is being written. */
export interface OneLog {
  readonly profileId: string;
  readonly session?: SessionPlace | undefined;
}

interface OneView extends OneLog {
  readonly viewId: string;
}

/**
 * A view as it was when all of its log had been looked at. Whoever reads it part by part is refused once rows have other
 * numbers, or are being looked for again: what is written or sent is whole, or fails.
 */
export interface FrozenView {
  readonly floor: number;
  /** After the last line that was looked at. */
  readonly until: number;
  readonly rows: number;
}

interface Frozen {
  readonly frozen: FrozenView;
}

/** A call waits until the query thread knows `atLeast` lines: what the main thread knows to be durable. */
interface UpToDate {
  readonly atLeast: number;
}

export interface OpenViewInput extends OneView, UpToDate {
  readonly filter: string;
  /** What its regular expressions are reported under: see `regex-watch.ts`. */
  readonly number: number;
  /** When the user applied it, however often it is opened again: times in it count from there. */
  readonly appliedAtMs: number;
  /** It ran away, and is not to run again: why, for the user. */
  readonly problem?: string | undefined;
}

/** What the query thread answers. */
export type QueryApi = {
  openView(input: OpenViewInput): Promise<ViewStatus>;
  closeView(input: OneView): void;
  rows(
    input: OneView & UpToDate & { readonly start: number; readonly count: number },
  ): Promise<{ start: number; rows: Row[]; status: ViewStatus }>;
  /** Undefined: the view has no row there or after. */
  rowOf(
    input: OneView & UpToDate & { readonly place: LogPlace },
  ): Promise<{ index: number; sequence: number } | undefined>;
  detail(input: OneLog & UpToDate & { readonly sequence: number }): Promise<Detail>;
  /** What marks stand on; those that stand on nothing are left out. */
  markedEvents(input: OneLog & UpToDate & { readonly marks: readonly StoredMark[] }): Promise<MarkedEvent[]>;
  /** Where in the files an event is. @throws AppError `not_found` */
  placeOf(input: OneLog & UpToDate & { readonly sequence: number }): Promise<LinePlace>;
  /** Events of a view as an export has them, from row `start` on: as many as make a text of a few MB. */
  exportEvents(
    input: OneView & UpToDate & Frozen & { readonly start: number; readonly part: ExportPart },
  ): Promise<{ readonly text: string; readonly next: number; readonly events: number }>;
  /** The connections that a view's rows are of, and when each had its first. */
  connections(input: OneView & UpToDate & Frozen): Promise<readonly ViewConnection[]>;
  /** Rows from `start` on that can be sent again. */
  replayable(input: OneView & UpToDate & Frozen & { readonly start: number }): Promise<ReplayPart>;
  /** Of a view's application events, in the order in which they first came. */
  channelsOf(input: OneView & UpToDate & Frozen & { readonly limit: number }): Promise<readonly string[]>;
  compare(input: { readonly one: OneLog & UpToDate; readonly other: OneLog & UpToDate }): Promise<Comparison>;
  /** Takes an export in. `taskId` names it in notices, and for its cancellation. */
  importSession(input: {
    readonly taskId: string;
    readonly path: string;
    readonly folder: string;
  }): Promise<Imported>;
  cancelImport(input: { readonly taskId: string }): void;
  /** Opens the log of a session, and tells of it. */
  describe(input: { readonly profileId: string; readonly session: SessionPlace }): SessionContent;
  /** Its files are about to go: its views are closed. */
  dropSession(input: { readonly profileId: string; readonly sessionId: string }): void;
  clear(
    input: UpToDate & { readonly profileId: string },
  ): Promise<{ hidden: number; from: number; floor: number }>;
  /** Rows before `floor` are hidden, and no others. */
  setFloor(input: { readonly profileId: string; readonly floor: number }): void;
  names(
    input: OneLog &
      UpToDate & { readonly kind: 'channel' | 'event'; readonly text: string; readonly limit: number },
  ): Promise<{ names: string[] }>;
  recentEncrypted(
    input: UpToDate & { readonly profileId: string; readonly sinceMs: number; readonly limit: number },
  ): Promise<CapturedEvent[]>;
  channelRates(input: RateQuestion & { readonly profileId: string }): Promise<ChannelRates>;
  lastSeen(
    input: UpToDate & { readonly profileId: string; readonly channel: string; readonly event: string },
  ): Promise<number | null>;
};

/** What a session's files hold. */
export interface SessionContent {
  readonly events: number;
  /** Milliseconds since 1970; null when there is no event. */
  readonly firstAt: number | null;
  readonly lastAt: number | null;
  /** Its first segments are gone: retention deletes the oldest. */
  readonly isBeginningGone: boolean;
  /** What could not be read, in sentences. */
  readonly problems: readonly string[];
}

export interface ReplayableEvent {
  /** Among those that the view has. */
  readonly row: number;
  readonly atMs: number;
  readonly channel: string;
  readonly event: string;
  readonly data: string;
}

export interface ReplayPart {
  readonly events: readonly ReplayableEvent[];
  readonly next: number;
  /** Encrypted ones that no key here opens. */
  readonly closed: number;
}

export interface ExportPart extends ExportRules {
  /** Of this connection only. */
  readonly connection?: number;
}

export interface ViewConnection {
  readonly connection: number;
  readonly firstAt: number;
}

export type QueryNotices = {
  readonly grew: ViewStatus;
  readonly ready: null;
  readonly importing: { readonly taskId: string; readonly doneBytes: number; readonly totalBytes: number };
  /** Prose for the user. */
  readonly problem: string;
};

/** What the main thread answers to the query thread. */
export type DecryptApi = {
  decrypt(input: {
    readonly profileId: string;
    readonly items: readonly EncryptedItem[];
  }): Promise<readonly Decrypted[]>;
};
