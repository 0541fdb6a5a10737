/**
 * The one way into the main side: parse → handle → parse → envelope. The host has already decided whether the
 * sender is trusted. Both hosts use this; nothing here knows which.
 */
import type * as z from 'zod';
import { findCall, findEvent } from '#shared/contract/define.ts';
import {
  type CallOutput,
  type CallParsedInput,
  type Contract,
  type ContractCall,
  type ContractEvent,
  contract,
  type EventPayload,
} from '#shared/contract/index.ts';
import { clientMessage, failureTextLimit, type ServerMessage } from '#shared/contract/wire.ts';
import { AppError, type Failure } from '#shared/lib/app-error.ts';
import type { Disposer, Listeners } from '#shared/lib/disposer.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';

export interface CallContext {
  /** Aborted when the caller cancels, or is gone. */
  readonly signal: AbortSignal;
  /** What the page holds on the main side, by name: given back when the page goes without doing so itself. */
  readonly held: Map<string, () => void>;
}

/** One function for each call of the contract, grouped as the contract is. */
export type Handlers = {
  readonly [F in keyof Contract & string]: {
    readonly [M in keyof Contract[F] & string as `${F}.${M}` extends ContractCall ? M : never]: (
      input: CallParsedInput<`${F}.${M}` & ContractCall>,
      context: CallContext,
    ) => CallOutput<`${F}.${M}` & ContractCall> | Promise<CallOutput<`${F}.${M}` & ContractCall>>;
  };
};

/** Tells every connected page. The payload is parsed before it leaves. */
export type Emit = <N extends ContractEvent>(name: N, payload: EventPayload<N>) => void;

/** One page: messages in, messages out. */
export interface Session {
  receive(message: unknown): Promise<void>;
  /** Aborts what the page was still waiting for. */
  close(): void;
}

/** The most calls one page may have unanswered. */
export const openCallLimit = 256;

export class Dispatcher {
  readonly #handlers: Handlers;
  readonly #reportBug: (where: string, error: unknown) => void;
  readonly #events: Listeners<ServerMessage>;

  /**
   * @param events what `createEmitter` gave: kept apart from the handlers, since features emit before they are called.
   * @param reportBug is told once of every failure that nobody expected: what is not an AppError, and what another
   * process called `internal`.
   */
  constructor(
    handlers: Handlers,
    events: Listeners<ServerMessage>,
    reportBug: (where: string, error: unknown) => void,
  ) {
    this.#handlers = handlers;
    this.#events = events;
    this.#reportBug = reportBug;
  }

  /** Starts serving one page. `send` delivers a message to it; what it throws stays with this page. */
  open(send: (message: ServerMessage) => void): Session {
    const open = new Map<number, AbortController>();
    const held: CallContext['held'] = new Map();
    let isClosed = false;
    let hasReportedSend = false;
    const deliver = (message: ServerMessage): boolean => {
      try {
        send(message);
        return true;
      } catch (error) {
        // Once for a page: one that can't be reached at all would be reported with every event.
        if (!hasReportedSend) this.#reportBug('send', error);
        hasReportedSend = true;
        return false;
      }
    };
    const stopEvents: Disposer = this.#events.add(deliver);
    const answer = (message: Exclude<ServerMessage, { type: 'event' }>) => {
      if (isClosed || deliver(message) || message.type === 'failure') return;
      deliver({ type: 'failure', id: message.id, error: bugFailure });
    };
    return {
      receive: async (raw) => {
        const parsed = parseUnknown(clientMessage, raw);
        if (!parsed.success) {
          const id = callIdOf(raw);
          if (id !== undefined) answer({ type: 'failure', id, error: invalidInput(parsed.issue) });
          return;
        }
        const message = parsed.data;
        if (message.type === 'cancel') {
          open.get(message.id)?.abort(new AppError('cancelled', 'Cancelled.'));
          return;
        }
        if (open.has(message.id) || open.size >= openCallLimit) {
          const error: Failure = {
            code: 'conflict',
            message: 'Too many calls are open, or this call’s id is in use.',
            retryable: true,
          };
          answer({ type: 'failure', id: message.id, error });
          return;
        }
        const controller = new AbortController();
        open.set(message.id, controller);
        const context: CallContext = { signal: controller.signal, held };
        try {
          answer(await this.#answer(message.id, message.method, message.input, context));
        } finally {
          open.delete(message.id);
          if (isClosed) giveBack(held);
        }
      },
      close: () => {
        isClosed = true;
        stopEvents();
        for (const controller of open.values()) {
          controller.abort(new AppError('cancelled', 'The window was closed.'));
        }
        giveBack(held);
      },
    };
  }

  async #answer(id: number, method: string, rawInput: unknown, context: CallContext) {
    try {
      const output = await this.#call(method, rawInput, context);
      return { type: 'result', id, output } as const;
    } catch (error) {
      if (error instanceof AppError && error.code !== 'internal') {
        return { type: 'failure', id, error: fitting(error.toFailure()) } as const;
      }
      this.#reportBug(method, error);
      return { type: 'failure', id, error: bugFailure } as const;
    }
  }

  async #call(method: string, rawInput: unknown, context: CallContext): Promise<unknown> {
    const definition = findCall(contract, method);
    // Not by its name: what a broken page sends in place of one may be anything.
    if (!definition) throw new AppError('invalid_input', 'There is no call of this name.');
    const input = parseUnknown(definition.input, rawInput);
    if (!input.success) throw AppError.fromFailure(invalidInput(input.issue));
    const [feature, name] = method.split('.') as [keyof Handlers, string];
    const handler = (this.#handlers[feature] as Record<string, Handler>)[name];
    if (!handler) throw new Error(`No handler for ${method}`);
    const output = await handler(input.data, context);
    return definition.output.parse(output);
  }
}

/** What the page is told of a failure that nobody expected. */
const bugFailure: Failure = {
  code: 'internal',
  message: 'Something went wrong inside Latchkey.',
  hint: 'Try again. If it comes back, please report it with what you did.',
  retryable: true,
};

/** A text over the wire's limit is cut: the page would drop the whole answer, and wait for ever. */
function fitting({ message, hint, ...rest }: Failure): Failure {
  return { ...rest, message: cut(message), ...(hint === undefined ? {} : { hint: cut(hint) }) };
}

function cut(text: string): string {
  return text.length > failureTextLimit ? `${text.slice(0, failureTextLimit - 1)}…` : text;
}

function giveBack(held: CallContext['held']): void {
  for (const release of held.values()) release();
  held.clear();
}

type Handler = (input: unknown, context: CallContext) => unknown;

/** Makes the function that features tell the pages with. A payload that breaks the contract is a bug: it throws. */
export function createEmitter(events: Listeners<ServerMessage>): Emit {
  return (name, payload) => {
    const definition = findEvent(contract, name);
    if (!definition) throw new Error(`No event named ${name}`);
    events.emit({ type: 'event', event: name, payload: definition.payload.parse(payload) });
  };
}

/** Says where the input is wrong, and never repeats it: it may hold a secret. */
function invalidInput(issue: z.core.$ZodIssue | undefined): Failure {
  const where = issue?.path.map(String).join('.').slice(0, 200);
  const what = issue ? explain(issue) : 'it does not have the expected form';
  return {
    code: 'invalid_input',
    message: where ? `“${where}” was not accepted: ${what}.` : `The input was not accepted: ${what}.`,
    retryable: false,
  };
}

function explain(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `${issue.expected} expected`;
    case 'too_big':
      return `it may be at most ${issue.maximum}`;
    case 'too_small':
      return `it must be at least ${issue.minimum}`;
    case 'unrecognized_keys':
      return `it has ${issue.keys.length} key(s) that do not belong there`;
    default:
      return 'it does not have the expected form';
  }
}

function callIdOf(raw: unknown): number | undefined {
  if (typeof raw !== 'object' || raw === null || !('id' in raw)) return undefined;
  return typeof raw.id === 'number' && Number.isSafeInteger(raw.id) && raw.id >= 0 ? raw.id : undefined;
}
