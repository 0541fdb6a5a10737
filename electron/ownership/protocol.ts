/**
 * What is said on the socket of a data folder's owner: one request and one answer to a connection, each a line of
 * JSON. A request is added to `protocol`, and gets a handler where the owner is started.
 */
import * as z from 'zod';
import { diagnosis } from '#shared/contract/doctor.ts';
import { environments } from '#shared/contract/profiles.ts';
import * as s from '#shared/contract/strings.ts';
import { slots, storeKinds, vaultStates } from '#shared/contract/vault.ts';
import type { ErrorCode } from '#shared/lib/app-error.ts';
import { dialects } from '#shared/protocol/dialects.ts';

/** `cli`: a command that has the folder while it is at work, because nobody else had it. */
export const hostKind = z.enum(['electron', 'web', 'cli']);
export type HostKind = z.infer<typeof hostKind>;

/** Who it is. The process id is for the user to read: the process may have ended, and another have its number. */
export const identity = z.object({
  host: hostKind,
  pid: z.number().int().positive(),
  version: z.string().max(64),
});
export type Identity = z.infer<typeof identity>;

/** An app by its name, by `NAME@ENVIRONMENT`, or by its profile id. */
const appChoice = z.string().min(1).max(200);
const pairChoice = {
  app: appChoice,
  /** Of several pairs of key and secret, by the label or the key; the current one without it. */
  pair: z.string().min(1).max(200).optional(),
};
const environmentChoice = {
  ...pairChoice,
  /** A target of the export, `shell` or `json`; the app's usual target without it. */
  format: z.string().min(1).max(40).optional(),
};
/** Public: found in what a page or a server gets from the user. */
const signedText = z.string().max(20_000);
const vaultState = z.object({
  type: z.literal('vault'),
  state: z.enum(vaultStates),
  store: z.enum(storeKinds).nullable(),
  /** Opening it does. One that does not say so has a vault file or nothing that wants any. */
  wantsPassphrase: z.boolean().optional(),
});

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
  listApps: {
    request: z.strictObject({ type: z.literal('listApps') }),
    answer: z.object({
      type: z.literal('apps'),
      apps: z.array(
        z.object({
          profileId: s.profileId,
          name: s.label,
          environment: z.enum(environments),
          provider: s.providerId,
          /** Of an app that speaks the protocol. Null: a service, which has credentials only. */
          dialect: z.enum(dialects).nullable(),
          key: s.appKey.nullable(),
          credentials: z.array(
            z.object({
              kind: s.fieldId,
              slot: z.enum(slots),
              label: s.label.nullable(),
              key: s.appKey.nullable(),
              lastFour: s.lastFour.nullable(),
            }),
          ),
        }),
      ),
    }),
  },
  /** Names alone: no secret leaves, and the vault may be locked. */
  listVariables: {
    request: z.strictObject({ type: z.literal('listVariables'), ...environmentChoice }),
    answer: z.object({ type: z.literal('names'), names: z.array(z.string()) }),
  },
  /** Secrets, for the environment of a command that the caller is about to start. In the audit log before. */
  formVariables: {
    request: z.strictObject({
      type: z.literal('formVariables'),
      ...environmentChoice,
      /** What the command is called. Its arguments may hold secrets, and are not told. */
      program: s.programName,
    }),
    answer: z.object({
      type: z.literal('variables'),
      variables: z.array(z.object({ variable: z.string(), value: z.string() })),
    }),
  },
  /** Secrets, for the caller's standard output. In the audit log before. */
  formEnvText: {
    request: z.strictObject({ type: z.literal('formEnvText'), ...environmentChoice }),
    answer: z.object({ type: z.literal('text'), text: z.string(), notes: z.array(s.prose) }),
  },
  signChannel: {
    request: z.strictObject({
      type: z.literal('signChannel'),
      ...pairChoice,
      socketId: z.string().max(200),
      channel: z.string().max(1000),
      /** JSON text, signed byte for byte. */
      channelData: signedText.optional(),
    }),
    answer: z.object({ type: z.literal('signature'), auth: z.string() }),
  },
  signUser: {
    request: z.strictObject({
      type: z.literal('signUser'),
      ...pairChoice,
      socketId: z.string().max(200),
      /** JSON text, signed byte for byte. */
      userData: signedText,
    }),
    answer: z.object({ type: z.literal('signature'), auth: z.string() }),
  },
  signRequest: {
    request: z.strictObject({
      type: z.literal('signRequest'),
      ...pairChoice,
      method: z.string().regex(/^[A-Z]{1,20}$/),
      /** Below `/apps/ID`, or with it. */
      path: z.string().max(4096),
      query: z.record(z.string().max(200), z.string().max(4096)),
      bodyMd5: z
        .string()
        .regex(/^[0-9a-f]{32}$/)
        .optional(),
    }),
    answer: z.object({ type: z.literal('request'), url: z.string(), query: z.string() }),
  },
  /** Asks the provider, without changing anything. */
  checkCredentials: {
    request: z.strictObject({ type: z.literal('checkCredentials'), app: appChoice, elsewhere: z.boolean() }),
    answer: z.object({ type: z.literal('diagnoses'), diagnoses: z.array(diagnosis) }),
  },
  vaultStatus: { request: z.strictObject({ type: z.literal('vaultStatus') }), answer: vaultState },
  lockVault: {
    request: z.strictObject({
      type: z.literal('lockVault'),
      /** Secrets of this session only go with it. */
      forget: z.boolean(),
    }),
    answer: vaultState,
  },
  unlockVault: {
    request: z.strictObject({
      type: z.literal('unlockVault'),
      /** Of the vault file, as it was typed at a terminal. */
      passphrase: z.string().min(1).max(2400).optional(),
    }),
    answer: vaultState,
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

/** What the `latchkey` command asks for. */
export type CommandType = Exclude<RequestType, 'who' | 'show'>;
export type CommandHandlers = Pick<OwnerHandlers, CommandType>;

/** In place of an answer. A caller may meet reasons that it does not know. */
export const refusal = z.object({
  type: z.literal('refused'),
  reason: z.string().max(64),
  message: z.string().max(1000),
  hint: z.string().max(1000).optional(),
});

export type RefusalReason =
  /** A command failed in a way that was to be expected. */
  | ErrorCode
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
