/** The credential doctor: asks the provider without changing anything, and says what is wrong and with what. */
import * as z from 'zod';
import { call, event } from './define.ts';
import * as s from './strings.ts';

/**
 * - `works`: a request that was made with it was accepted; of a master key: it opened what was captured.
 * - `wrong-key`, `wrong-secret`, `wrong-app-id`: this one does not belong to the others.
 * - `refused`: the provider refuses them together, and does not say which one is wrong.
 * - `wrong-place`: a server answers, and the app is not on it: another cluster, host or cloud site.
 * - `path-prefix`: the API is not under the path that the app’s settings give.
 * - `clock-off`: this machine and the server disagree about the time by more than the server allows.
 * - `tls`: there, but not with these TLS settings, or with a certificate that is not trusted.
 * - `disabled`: it is disabled, or over its quota.
 * - `unreachable`: nothing answered.
 * - `unclear`: the answers fit none of these; the findings say what they were.
 * - `unchecked`: there is no way to check it that changes nothing, or something that the check needs is missing.
 */
export const verdicts = [
  'works',
  'wrong-key',
  'wrong-secret',
  'wrong-app-id',
  'refused',
  'wrong-place',
  'path-prefix',
  'clock-off',
  'tls',
  'disabled',
  'unreachable',
  'unclear',
  'unchecked',
] as const;
export type Verdict = (typeof verdicts)[number];

export const diagnosis = z.strictObject({
  /** What was checked: “Key and secret”, “Bearer token”. */
  subject: s.prose,
  /** The secret that was checked. Null: it is not in the vault, and what can be told without it was. */
  credentialId: s.credentialId.nullable(),
  verdict: z.enum(verdicts),
  /** What it means for these credentials, in a sentence. */
  summary: s.prose,
  /** What to do. Null: nothing. */
  advice: s.prose.nullable(),
  /** What was tried, in order, and what came of it. */
  findings: z.array(z.strictObject({ tried: s.prose, result: s.prose, isGood: z.boolean().nullable() })),
  /** What the check can’t tell, however it ends. Null: it tells everything about them. */
  limits: s.prose.nullable(),
  /** What the server said in the answer that decided, if it said something. Never of one that a secret was sent to. */
  serverSaid: s.serverText.nullable(),
  /** The server's clock minus this one's, in milliseconds; exact to about a second. Null: it gave no time. */
  clockOffsetMs: z.number().nullable(),
  /** It may be elsewhere, where it was not looked for: `elsewhere` has it looked for there. */
  mayBeElsewhere: z.boolean(),
  /** The cluster on which the app was found. */
  foundOnCluster: s.clusterName.nullable(),
  /** Milliseconds since 1970. */
  at: z.number(),
});
export type Diagnosis = z.infer<typeof diagnosis>;

export const doctor = {
  /**
   * Checks all current credentials of an app or a service, or the one that is named. With `elsewhere`, those that are
   * not where they should be are looked for in the provider’s other places: the nine hosted clusters, or the other
   * cloud site. It never publishes anything. A secret that a service’s check sends goes from the vault process to the
   * provider’s own host, and is in the audit log as `checked` before.
   */
  check: call({
    input: z.strictObject({
      profileId: s.profileId,
      credentialId: s.credentialId.optional(),
      elsewhere: z.boolean().optional(),
    }),
    output: z.strictObject({ diagnoses: z.array(diagnosis) }),
    errors: [
      'not_found',
      'no_credential',
      'vault_locked',
      'vault_waiting',
      'keychain_locked',
      'keychain_unavailable',
      'storage_failed',
      'cancelled',
    ],
  }),
  /** While other places are asked: `done` of `of` have answered. */
  progress: event(
    z.strictObject({ profileId: s.profileId, done: z.number().int().min(0), of: z.number().int().min(1) }),
  ),
};
