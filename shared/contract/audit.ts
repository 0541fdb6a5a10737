/**
 * The audit log: what went into the vault and out of it, what changed there, and when it was open. Append-only. Never a
 * value: what is told of a secret is its summary, as it was then.
 */
import * as z from 'zod';
import { call, event } from './define.ts';
import { writtenFile } from './exports.ts';
import { enteredPath } from './inputs.ts';
import * as s from './strings.ts';
import { slots, storeKinds } from './vault.ts';

export const auditActions = [
  'entered',
  /** A file's secrets, `count` of them; each has an entry of its own as well. */
  'imported',
  /** Made in the vault process, or handed over by the sandbox. */
  'generated',
  'removed',
  /** It went with the session that held it, or was given up with a keychain that was reset. */
  'forgotten',
  /** From `next` to `current`. */
  'promoted',
  'labelled',
  /** To the slot that is told. */
  'moved',
  /** Signed or encrypted with it, `count` times in the minutes before. */
  'used',
  /** To another store, which the entry names. */
  'relocated',
  'copied',
  'revealed',
  /** Sent to its provider's own host, to see whether it is accepted. */
  'checked',
  /** To the environment of a command that `latchkey exec` started. */
  'commandStarted',
  /** To the standard output of `latchkey env`. */
  'envPrinted',
  /** Into a file that the user named. */
  'exported',
  'storeChosen',
  'startedOver',
  'passphraseSet',
  'passphraseChanged',
  'passphraseRemoved',
  'locked',
  'unlocked',
] as const;
export type AuditAction = (typeof auditActions)[number];

/**
 * Of a way out, `done` is written before the value leaves. Should it fail all the same, a second entry says so; one
 * that is only `failed` let nothing out.
 */
export const auditOutcomes = ['done', 'failed'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

export const auditEntry = z.strictObject({
  /** Rises with each entry. */
  auditId: z.number().int().min(1),
  /** Milliseconds since 1970. */
  at: z.number(),
  action: z.enum(auditActions),
  outcome: z.enum(auditOutcomes),
  /** Of a secret: whose it was, and its summary. Null for what is about the vault itself, as all below. */
  profileId: s.profileId.nullable(),
  /** What the app was called then. Null also when it was gone already. */
  profileName: s.label.nullable(),
  kind: s.fieldId.nullable(),
  slot: z.enum(slots).nullable(),
  fingerprint: s.fingerprint.nullable(),
  lastFour: s.lastFour.nullable(),
  store: z.enum(storeKinds).nullable(),
  /** Of `used` and `imported`. */
  count: z.number().int().min(1).nullable(),
  /** Of a command that was started: its program, without arguments, which may hold anything. */
  program: s.programName.nullable(),
});
export type AuditEntry = z.infer<typeof auditEntry>;

export const auditPageLimit = 200;

/** For a spreadsheet, or an object a line. */
export const auditFormats = ['csv', 'ndjson'] as const;

export const audit = {
  /** Newest first; with `before`, those older than that entry. */
  list: call({
    input: z.strictObject({
      before: z.number().int().min(1).optional(),
      limit: z.number().int().min(1).max(auditPageLimit),
      /** Leaves out what is `used`: signatures are most of what happens, and least of what an incident is about. */
      hidesUses: z.boolean().optional(),
    }),
    output: z.strictObject({ entries: z.array(auditEntry), hasOlder: z.boolean() }),
    errors: ['storage_failed'],
  }),
  /** All of it, oldest first, into a file (0600): what the page shows of each entry. No value, for the log has none. */
  export: call({
    input: z.strictObject({ path: enteredPath, format: z.enum(auditFormats), overwrite: z.boolean() }),
    output: z.strictObject({ ...writtenFile, entries: z.number().int().min(0) }),
    errors: ['storage_failed', 'not_found', 'confirmation_required', 'refused'],
  }),
  added: event(z.strictObject({ auditId: z.number().int().min(1) })),
};
