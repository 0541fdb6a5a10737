/**
 * The event log. The page never holds it: it names a view (a filter over one app's log) and asks for the rows that
 * it shows. Rows are numbered from 0 within a view, oldest first, and a row keeps its number.
 */
import * as z from 'zod';
import { call, event } from './define.ts';
import { enteredMemberName, enteredPath } from './inputs.ts';
import * as s from './strings.ts';
import { slots } from './vault.ts';

/** The most rows in one answer. */
export const rowsPerCallLimit = 300;

export const directions = ['in', 'out', 'note'] as const;
/** `note` rows are made by this app: connected, gap, error. They were never on the wire. */
export const rowKinds = ['event', 'client', 'protocol', 'undecodable', 'note'] as const;
export type RowKind = (typeof rowKinds)[number];

export const encryptionFailures = [
  'vault-locked',
  'no-master-key',
  'not-encrypted',
  'bad-nonce',
  'short-ciphertext',
  'wrong-key',
] as const;
export type EncryptionFailure = (typeof encryptionFailures)[number];

/** How an event on an encrypted channel opened, and with which version of the master key. */
export const encryption = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('decrypted'), slot: z.enum(slots) }),
  z.strictObject({ state: z.literal('closed'), why: z.enum(encryptionFailures) }),
]);
export type Encryption = z.infer<typeof encryption>;

export const row = z.strictObject({
  /** Position in the log, over all views; never reused within a session. */
  sequence: z.number().int(),
  /** Milliseconds since 1970, with fractions. */
  at: z.number(),
  direction: z.enum(directions),
  /** Number of the app's connection, from 1; 0: of the log itself, or of a line that another program wrote. */
  connection: z.number().int(),
  kind: z.enum(rowKinds),
  channel: s.observedChannelName.nullable(),
  event: s.observedEventName.nullable(),
  /** Bytes of the whole frame on the wire; 0 for notes. */
  sizeBytes: z.number().int(),
  preview: s.dataPreview,
  /** Null when the event is not on an encrypted channel. */
  encryption: encryption.nullable(),
});
export type Row = z.infer<typeof row>;

export const detail = z.strictObject({
  row,
  /** The frame as it was on the wire, at most `rawLimitCharacters` of it. */
  raw: s.frameText,
  isRawCut: z.boolean(),
  /** The event's data: parsed once if it was a JSON string, decrypted if it could be. Null: there is none. */
  data: s.eventData.nullable(),
  /** `data` is JSON text. */
  isJson: z.boolean(),
  /** The frame's bytes when they are not UTF-8, at most `bytesLimit` of them; null when they are. */
  bytes: s.base64Text.nullable(),
  /** What was sent in place of the data, on encrypted channels. */
  ciphertext: z.strictObject({ nonce: s.base64Text, ciphertext: s.base64Text }).nullable(),
});
export type Detail = z.infer<typeof detail>;
export const rawLimitCharacters = 262_144;
export const bytesLimit = 65_536;

/** NDJSON as the log itself has it, CSV for spreadsheets, HAR for the browsers' own tools. */
export const exportFormats = ['ndjson', 'csv', 'har'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** What an export leaves out of each frame, and marks as left out. */
export const redaction = z.strictObject({
  /** Signatures of subscriptions and sign-ins. */
  signatures: z.boolean(),
  /** User ids, and what is told of users. */
  users: z.boolean(),
  /** All data of application events. */
  payloads: z.boolean(),
  /** Members of any object, by name; case is ignored. */
  members: z.array(enteredMemberName).max(50),
});
export type Redaction = z.infer<typeof redaction>;

/** How far a view has come. `matched` rows can be asked for; `scanned` of `total` events have been looked at. */
export const viewStatus = z.strictObject({
  profileId: s.profileId,
  viewId: s.viewId,
  total: z.number().int(),
  scanned: z.number().int(),
  matched: z.number().int(),
  /** Encrypted events that the filter could not read, as the vault is locked or has no key that opens them. */
  unread: z.number().int(),
  /** Events of the last second. */
  perSecond: z.number(),
  /** Events before it are hidden from the view. With another floor, rows have other numbers. */
  floor: z.number().int(),
  /** The view's filter was ended: what happened, and what to do. Its rows are no longer found. */
  problem: s.prose.optional(),
});
export type ViewStatus = z.infer<typeof viewStatus>;

/** Without a session: the one that is being recorded. */
const oneLog = { profileId: s.profileId, sessionId: s.sessionId.optional() };
const oneView = { ...oneLog, viewId: s.viewId };
const oneSession = { profileId: s.profileId, sessionId: s.sessionId };

/** Times may go back where the clock was set; then any of the places that fit may be found. */
export const logPlace = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('sequence'), sequence: z.number().int().min(0) }),
  /** Milliseconds since 1970. */
  z.strictObject({ by: z.literal('time'), atMs: z.number() }),
]);
export type LogPlace = z.infer<typeof logPlace>;

export const comparedGroupsLimit = 300;
export const shapeChangesLimit = 20;

/** Events of one name on channels of one kind: numbers and ids in a channel's name show as `#`. */
export const comparedGroup = z.strictObject({
  channel: s.observedChannelName.nullable(),
  event: s.observedEventName.nullable(),
  one: z.strictObject({ events: z.number().int(), bytes: z.number().int() }),
  other: z.strictObject({ events: z.number().int(), bytes: z.number().int() }),
  /** What became of the form of their data: the types at a path, or null where it is not. */
  changes: z.array(
    z.strictObject({ path: s.jsonPath, before: s.jsonTypes.nullable(), after: s.jsonTypes.nullable() }),
  ),
});
export type ComparedGroup = z.infer<typeof comparedGroup>;

/** The groups that differ most first. `isCut`: there are more. */
export const comparison = z.strictObject({ groups: z.array(comparedGroup), isCut: z.boolean() });
export type Comparison = z.infer<typeof comparison>;

export const mark = z.strictObject({
  sequence: z.number().int(),
  /** Empty: a mark alone. */
  note: s.eventNote,
});
export type Mark = z.infer<typeof mark>;

/** A mark, and what it stands on. */
export const markedEvent = z.strictObject({
  ...mark.shape,
  /** Milliseconds since 1970. */
  at: z.number(),
  channel: s.observedChannelName.nullable(),
  event: s.observedEventName.nullable(),
});
export type MarkedEvent = z.infer<typeof markedEvent>;
export const marksLimit = 1000;

/** What was recorded of an app in one run of Latchkey, or imported. */
export const session = z.strictObject({
  sessionId: s.sessionId,
  name: s.label.nullable(),
  /** Retention leaves it alone. */
  isKept: z.boolean(),
  isImported: z.boolean(),
  /** It is being recorded. */
  isCurrent: z.boolean(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  events: z.number().int(),
  /** On disk. */
  bytes: z.number().int(),
});
export type Session = z.infer<typeof session>;

export const history = {
  /**
   * Opens a view, or gives it another filter, in the language of `shared/lib/filter`. One that can’t be read is
   * refused as `invalid_input` with the reason, and a view of this name stays as it was.
   */
  openView: call({
    input: z.strictObject({ ...oneView, filter: s.filterText }),
    output: viewStatus,
    errors: ['not_found'],
  }),
  closeView: call({ input: z.strictObject(oneView), output: z.strictObject({}) }),
  rows: call({
    input: z.strictObject({
      ...oneView,
      start: z.number().int().min(0),
      count: z.number().int().min(1).max(rowsPerCallLimit),
    }),
    output: z.strictObject({ start: z.number().int(), rows: z.array(row), status: viewStatus }),
    errors: ['not_found'],
  }),
  /** The view's first row at or after a place in the log, or a time. Null: it has none. */
  rowOf: call({
    input: z.strictObject({ ...oneView, place: logPlace }),
    output: z.strictObject({
      row: z.strictObject({ index: z.number().int(), sequence: z.number().int() }).nullable(),
    }),
    errors: ['not_found'],
  }),
  detail: call({
    input: z.strictObject({ ...oneLog, sequence: z.number().int().min(0) }),
    output: detail,
    errors: ['not_found'],
  }),
  /** Names in the app's log that hold a text, those that begin with it first: what a filter can be completed with. */
  names: call({
    input: z.strictObject({
      ...oneLog,
      kind: z.enum(['channel', 'event']),
      text: s.filterText,
      limit: z.number().int().min(1).max(100),
    }),
    output: z.strictObject({ names: z.array(s.observedName) }),
    errors: ['not_found'],
  }),
  /** Empties the app's views from here on. What was recorded stays in its segments on disk. */
  clear: call({
    input: z.strictObject({ profileId: s.profileId }),
    output: z.strictObject({
      hidden: z.number().int(),
      /** The first event that was hidden: what `unclear` takes. */
      from: z.number().int(),
    }),
  }),
  /** Shows what was cleared again, from an event on. */
  unclear: call({
    input: z.strictObject({ profileId: s.profileId, from: z.number().int().min(0) }),
    output: z.strictObject({}),
  }),
  /** An app's sessions, newest first, and whether they outlive Latchkey. */
  sessions: call({
    input: z.strictObject({ profileId: s.profileId }),
    output: z.strictObject({
      sessions: z.array(session),
      keeps: z.boolean(),
      /** False: it follows from the app's environment. */
      isKeepChosen: z.boolean(),
      /** Of all apps together. */
      usedBytes: z.number().int(),
    }),
    errors: ['not_found'],
  }),
  /** Writes what a filter finds to a file that the user named. Told of by `exporting`; ends when it is cancelled. */
  exportEvents: call({
    input: z.strictObject({
      ...oneLog,
      filter: s.filterText,
      format: z.enum(exportFormats),
      redaction,
      /** Decrypted text beside ciphertext; in a spreadsheet, in its place. */
      withPlaintext: z.boolean(),
      path: enteredPath,
      overwrite: z.boolean(),
    }),
    output: z.strictObject({
      path: s.filePath,
      mayBeLost: z.boolean(),
      events: z.number().int(),
      bytes: z.number().int(),
    }),
    errors: ['not_found', 'refused', 'invalid_input', 'confirmation_required', 'storage_failed', 'cancelled'],
  }),
  /** At most ten a second. `total` 0: it is still being looked for. */
  exporting: event(
    z.strictObject({ profileId: s.profileId, done: z.number().int(), total: z.number().int() }),
  ),
  /** Takes an NDJSON export in, as a session of its own. Told of by `importing`, in bytes. */
  importEvents: call({
    input: z.strictObject({ profileId: s.profileId, path: enteredPath }),
    output: z.strictObject({
      sessionId: s.sessionId,
      events: z.number().int(),
      /** Lines that are no events. */
      leftOut: z.number().int(),
    }),
    errors: ['not_found', 'refused', 'storage_failed', 'cancelled'],
  }),
  importing: event(
    z.strictObject({ profileId: s.profileId, doneBytes: z.number().int(), totalBytes: z.number().int() }),
  ),
  /** Two sessions of an app, by what events they have. */
  compare: call({
    input: z.strictObject({ profileId: s.profileId, one: s.sessionId, other: s.sessionId }),
    output: comparison,
    errors: ['not_found'],
  }),
  /** Sends what a filter finds to the sandbox, and to no other server. Ends when it is cancelled. */
  replay: call({
    input: z.strictObject({
      ...oneLog,
      filter: s.filterText,
      /** Times as fast as the events came. Null: without pauses. */
      speed: z.number().min(0.01).max(1000).nullable(),
    }),
    output: z.strictObject({
      sent: z.number().int(),
      /** Encrypted events that no key here opens. */
      closed: z.number().int(),
      /** Rows that are no events of an application from a server: notes, members, what this app sent. */
      leftOut: z.number().int(),
      refused: z.number().int(),
      /** Why the first was refused. */
      whyRefused: s.prose.nullable(),
    }),
    errors: ['not_found', 'sandbox_failed', 'vault_locked', 'no_credential', 'cancelled'],
  }),
  /** At most ten a second. */
  replaying: event(
    z.strictObject({ profileId: s.profileId, done: z.number().int(), total: z.number().int() }),
  ),
  /** What an earlier session's files hold, and what of them can't be read. */
  describeSession: call({
    input: z.strictObject(oneSession),
    output: z.strictObject({
      events: z.number().int(),
      firstAt: z.number().nullable(),
      lastAt: z.number().nullable(),
      /** Its first segments are gone: retention deletes the oldest. */
      isBeginningGone: z.boolean(),
      problems: z.array(s.prose),
    }),
    errors: ['not_found'],
  }),
  updateSession: call({
    input: z.strictObject({
      ...oneSession,
      name: s.label.nullable().optional(),
      isKept: z.boolean().optional(),
    }),
    output: z.strictObject({}),
    errors: ['not_found'],
  }),
  removeSession: call({
    input: z.strictObject(oneSession),
    output: z.strictObject({}),
    errors: ['not_found', 'conflict'],
  }),
  /** Events that the user marked, in their order. */
  marks: call({
    input: z.strictObject(oneLog),
    output: z.strictObject({ marks: z.array(markedEvent) }),
    errors: ['not_found'],
  }),
  /** Marks an event, or changes its note; null takes the mark away. */
  setMark: call({
    input: z.strictObject({
      ...oneLog,
      sequence: z.number().int().min(0),
      note: s.eventNote.nullable(),
    }),
    output: z.strictObject({}),
    errors: ['not_found', 'conflict', 'storage_failed'],
  }),
  marksChanged: event(z.strictObject({ profileId: s.profileId })),
  /** Whether an app's sessions outlive Latchkey. Null: as its environment has it, and production has not. */
  setKeep: call({
    input: z.strictObject({ profileId: s.profileId, keep: z.boolean().nullable() }),
    output: z.strictObject({}),
    errors: ['not_found'],
  }),
  /** An app's list of sessions is another one now. */
  sessionsChanged: event(z.strictObject({ profileId: s.profileId })),
  /** At most ten a second for each view. */
  grew: event(viewStatus),
};
