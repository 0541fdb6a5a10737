/**
 * How the contract between the page and the main side is written down: each feature's file lists its calls and
 * events as zod schemas, and the client, the handlers and the validators are inferred from them.
 */
import * as z from 'zod';
import type { ErrorCode } from '../lib/app-error.ts';

export interface Call<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly kind: 'call';
  readonly input: Input;
  readonly output: Output;
  /** The failures a caller should be ready for, besides `invalid_input` and `internal`. */
  readonly errors: readonly ErrorCode[];
}

export interface Event<Payload extends z.ZodType = z.ZodType> {
  readonly kind: 'event';
  readonly payload: Payload;
}

export function call<Input extends z.ZodType, Output extends z.ZodType>(definition: {
  input: Input;
  output: Output;
  errors?: readonly ErrorCode[];
}): Call<Input, Output> {
  return {
    kind: 'call',
    input: definition.input,
    output: definition.output,
    errors: definition.errors ?? [],
  };
}

export function event<Payload extends z.ZodType>(payload: Payload): Event<Payload> {
  return { kind: 'event', payload };
}

/** The input of calls that take nothing. Unknown keys are refused here as everywhere. */
export const nothing = z.strictObject({});

export type Feature = Readonly<Record<string, Call | Event>>;
export type ContractShape = Readonly<Record<string, Feature>>;

/** `'profiles.list'`, `'live.connect'`, … */
export type CallName<C extends ContractShape> = {
  [F in keyof C & string]: {
    [M in keyof C[F] & string]: C[F][M] extends Call ? `${F}.${M}` : never;
  }[keyof C[F] & string];
}[keyof C & string];

export type EventName<C extends ContractShape> = {
  [F in keyof C & string]: {
    [M in keyof C[F] & string]: C[F][M] extends Event ? `${F}.${M}` : never;
  }[keyof C[F] & string];
}[keyof C & string];

type Member<C extends ContractShape, N extends string> = N extends `${infer F}.${infer M}`
  ? F extends keyof C
    ? M extends keyof C[F]
      ? C[F][M]
      : never
    : never
  : never;

/** What a caller passes. */
export type InputOf<C extends ContractShape, N extends string> =
  Member<C, N> extends Call<infer Input, z.ZodType> ? z.input<Input> : never;
/** What a handler gets: the input after parsing. */
export type ParsedInputOf<C extends ContractShape, N extends string> =
  Member<C, N> extends Call<infer Input, z.ZodType> ? z.output<Input> : never;
export type OutputOf<C extends ContractShape, N extends string> =
  Member<C, N> extends Call<z.ZodType, infer Output> ? z.output<Output> : never;
export type PayloadOf<C extends ContractShape, N extends string> =
  Member<C, N> extends Event<infer Payload> ? z.output<Payload> : never;

/** Finds a call by its full name. Undefined for names that are not in the contract, or name an event. */
export function findCall(contract: ContractShape, name: string): Call | undefined {
  const member = findMember(contract, name);
  return member?.kind === 'call' ? member : undefined;
}

export function findEvent(contract: ContractShape, name: string): Event | undefined {
  const member = findMember(contract, name);
  return member?.kind === 'event' ? member : undefined;
}

function findMember(contract: ContractShape, name: string): Call | Event | undefined {
  const dot = name.indexOf('.');
  const [featureName, memberName] = [name.slice(0, dot), name.slice(dot + 1)];
  if (!Object.hasOwn(contract, featureName)) return undefined;
  const feature = contract[featureName];
  return feature && Object.hasOwn(feature, memberName) ? feature[memberName] : undefined;
}
