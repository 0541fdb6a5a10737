/** Publishing test events over the signed HTTP API. */
import * as z from 'zod';
import { call } from './define.ts';
import { confirmation, enteredChannelName, enteredEventName } from './inputs.ts';
import * as s from './strings.ts';

export const publishAnswer = z.strictObject({
  isAccepted: z.boolean(),
  /** The HTTP status, or null when there was no answer. */
  status: z.number().int().nullable(),
  /** What it means, in a sentence. */
  meaning: s.prose,
  hint: s.prose.nullable(),
  /** The server's own words. */
  answer: s.serverText,
  isEncrypted: z.boolean(),
  /** Bytes of `data` as sent: after encryption. */
  dataSizeBytes: z.number().int(),
  durationMs: z.number(),
});
export type PublishAnswer = z.infer<typeof publishAnswer>;

export const publishing = {
  /** Publishing to production wants `confirmation`: the app's name. */
  publish: call({
    input: z.strictObject({
      profileId: s.profileId,
      channel: enteredChannelName,
      event: enteredEventName,
      /** JSON text or any text; sent as the event's `data`. */
      data: z.string().max(1_000_000),
      confirmation: confirmation.optional(),
      /** The pair that signs, if not the current one. */
      credentialId: s.credentialId.optional(),
    }),
    output: publishAnswer,
    errors: ['not_found', 'no_credential', 'vault_locked', 'confirmation_required', 'cancelled'],
  }),
};
