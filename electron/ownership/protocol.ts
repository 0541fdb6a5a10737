/**
 * What is said on the socket of a data folder's owner: one request and one answer to a connection, each a line of
 * JSON. A request is added to `protocol`, and gets a handler where the owner is started.
 */
import * as z from 'zod';

/** Changes when an owner and a caller of different versions could misunderstand each other. */
export const protocolVersion = 1;

/** The longest line, of a request and of an answer. */
export const lineLimitBytes = 64 * 1024;

export const hostKind = z.enum(['electron', 'web']);
export type HostKind = z.infer<typeof hostKind>;

/** Who it is. The process id is for the user to read: the process may have ended, and another have its number. */
export const identity = z.object({
  host: hostKind,
  pid: z.number().int().positive(),
  version: z.string().max(64),
});
export type Identity = z.infer<typeof identity>;

export const protocol = {
  who: {
    request: z.strictObject({ type: z.literal('who') }),
    answer: identity.extend({ type: z.literal('owner') }),
  },
  /** Latchkey was started again: the owner shows itself, or tells where it is. */
  show: {
    request: z.strictObject({
      type: z.literal('show'),
      /** The caller can open a browser. */
      opensBrowser: z.boolean(),
    }),
    answer: identity.extend({
      type: z.literal('shown'),
      /** A new link of the web host: for the caller's terminal and browser only, and never for a log. */
      url: z
        .string()
        .regex(/^http:\/\/127\.0\.0\.1:\d{1,5}\/#ticket=[\w-]{1,128}$/)
        .optional(),
      /** A file that leads a browser there, when one was asked for. */
      redirect: z
        .string()
        .regex(/^file:\/\/\S+$/)
        .optional(),
    }),
  },
} as const;

export type RequestType = keyof typeof protocol;
export type RequestOf<T extends RequestType> = z.infer<(typeof protocol)[T]['request']>;
export type AnswerOf<T extends RequestType> = z.infer<(typeof protocol)[T]['answer']>;
export type OwnerHandlers = {
  readonly [T in RequestType]: (request: RequestOf<T>) => AnswerOf<T> | Promise<AnswerOf<T>>;
};

/** Of later versions as well, so that each can refuse the other. */
export const envelope = z.looseObject({ protocol: z.number(), type: z.string() });

/** In place of an answer. A caller may meet reasons that it does not know. */
export const refusal = z.object({
  type: z.literal('refused'),
  reason: z.string().max(64),
  message: z.string().max(1000),
});

export type RefusalReason =
  | 'unsupported_protocol'
  | 'unknown_type'
  | 'invalid'
  | 'too_large'
  /** It will soon be able to answer. */
  | 'starting'
  | 'failed';

/** Thrown by a handler to refuse a request, with words for the user. */
export class Refused extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.name = 'Refused';
    this.reason = reason;
  }
}
