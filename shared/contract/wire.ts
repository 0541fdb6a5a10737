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

/** On the web host, the page's first message. In Electron the host knows its window, and nothing is said first. */
export const hello = z.strictObject({
  type: z.literal('hello'),
  /** 32 random bytes in base64url, which the tab made: its name from here on. */
  session: z.string().regex(/^[\w-]{43}$/),
  /** From the URL's fragment, until it has been used. */
  ticket: z.string().max(64).optional(),
});
export type Hello = z.infer<typeof hello>;

/** The code with which the web host closes a page's socket, by what was wrong with its hello. */
export const refusalCodes = { unknown: 4401, used: 4402, expired: 4403 } as const;
export type RefusalReason = keyof typeof refusalCodes;

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
