/** The messages that carry the contract over any transport: Electron's IPC, or the web host's WebSocket. */
import * as z from 'zod';
import { errorCodes } from '../lib/app-error.ts';

const callId = z.number().int().min(0);

/** Characters of a failure's message, and of its hint. */
export const failureTextLimit = 2000;

export const failure = z.strictObject({
  code: z.enum(errorCodes),
  message: z.string().max(failureTextLimit),
  hint: z.string().max(failureTextLimit).optional(),
  retryable: z.boolean(),
});

/** From the page. */
export const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('call'), id: callId, method: z.string().max(80), input: z.unknown() }),
  z.strictObject({ type: z.literal('cancel'), id: callId }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

/** To the page. */
export const serverMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('result'), id: callId, output: z.unknown() }),
  z.strictObject({ type: z.literal('failure'), id: callId, error: failure }),
  z.strictObject({ type: z.literal('event'), event: z.string(), payload: z.unknown() }),
]);
export type ServerMessage = z.infer<typeof serverMessage>;
