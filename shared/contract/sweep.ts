/** The leak sweep: where secrets of the vault stand in a folder, or in the history of its git repository. */
import * as z from 'zod';
import { call, event } from './define.ts';
import { enteredPath } from './inputs.ts';
import * as s from './strings.ts';

/** As it is, or as tools on the way write it, in UTF-8 or UTF-16. `bytes` and `hex` are of master keys. */
export const foundForms = ['plain', 'base64', 'url-encoded', 'json-escaped', 'hex', 'bytes'] as const;
export type FoundForm = (typeof foundForms)[number];

const count = z.number().int().min(0);

const progress = z.strictObject({
  files: count,
  gitObjects: count,
  bytes: count,
  /** Found until now. */
  places: count,
});
export type SweepProgress = z.infer<typeof progress>;

const place = z.strictObject({
  credentialId: s.credentialId,
  profileId: s.profileId,
  form: z.enum(foundForms),
  /** Within the folder. In the history: in that commit, or the object's id where no commit has it, or it is in a name. */
  path: s.foundPath,
  /** From 1. Null: it is in the file's name. */
  line: z.number().int().min(1).nullable(),
  /** Of a place in the history; an object's id where no commit has it. */
  commit: s.gitObjectId.nullable(),
});
export type SweepPlace = z.infer<typeof place>;

const report = progress.extend({
  /** How many were looked for, those that are too short included. */
  secrets: count,
  /** Fewer than eight characters: they would be found by chance. */
  tooShort: count,
  /** No longer in their store. */
  missing: count,
  /** At most a thousand. */
  found: z.array(place),
  /** There are more. */
  isCut: z.boolean(),
  /** Files, folders and objects of the history that could not be read. */
  unreadable: count,
  /** That lead out of the folder: what is there was not looked at. */
  links: count,
  /** git repositories in the folder; where the history was asked for, also those that it is a part of. */
  repositories: count,
  /** Of these, whose history could not be read, or not to its end. */
  unreadableRepositories: count,
  /** Of all repositories, of some of them to its end, or of none: there is none, or no git that can read it. */
  history: z.enum(['swept', 'partly', 'unreadable', 'not-asked']),
});
export type SweepReport = z.infer<typeof report>;

export const sweep = {
  /**
   * For every secret of the open vault; one sweep at a time. Cancelled with the call's signal; locking ends it. What is
   * found is not repeated: places only.
   */
  start: call({
    input: z.strictObject({ path: enteredPath, history: z.boolean() }),
    output: report,
    errors: [
      'not_found',
      'conflict',
      'no_credential',
      'vault_locked',
      'vault_waiting',
      'keychain_locked',
      'keychain_unavailable',
      'cancelled',
      'refused',
    ],
  }),
  /** Of the one that is under way, some times a second at most. */
  progress: event(progress),
};
