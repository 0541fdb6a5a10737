/**
 * Calls over a message port, in both directions of one app: main asks, a process or thread answers. Expected
 * failures cross as AppErrors; anything else arrives as `internal` with its message, for the log of the side that asked.
 */
import { AppError, type Failure } from '#shared/lib/app-error.ts';
import type { Disposer } from '#shared/lib/disposer.ts';
import type { MessagePortLike } from './port.ts';

/** The methods of the other side. Each takes one value and gives one. */
// biome-ignore lint/suspicious/noExplicitAny: a constraint on shape only; every use is inferred.
export type RpcApi = { readonly [method: string]: (input: any) => unknown };
/** What the other side tells without being asked. */
export type RpcNotices = { readonly [notice: string]: unknown };

type Message =
  | { readonly call: number; readonly method: string; readonly input: unknown }
  | { readonly answer: number; readonly value: unknown }
  | { readonly answer: number; readonly failure: Failure }
  | { readonly notice: string; readonly payload: unknown };

export class RpcClient<Api extends RpcApi, Notices extends RpcNotices = Record<never, never>> {
  readonly #port: MessagePortLike;
  readonly #pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  readonly #noticeListeners = new Map<string, Set<(payload: never) => void>>();
  readonly #stopListening: Disposer;
  #nextCall = 0;
  #closedWith: Error | undefined;

  constructor(port: MessagePortLike) {
    this.#port = port;
    this.#stopListening = port.onMessage((message) => this.#receive(message as Message));
  }

  call<M extends keyof Api & string>(
    method: M,
    input: Parameters<Api[M]>[0],
    transfer?: readonly ArrayBuffer[],
  ): Promise<Awaited<ReturnType<Api[M]>>> {
    if (this.#closedWith) return Promise.reject(this.#closedWith);
    const call = this.#nextCall++;
    return new Promise((resolve, reject) => {
      this.#pending.set(call, { resolve: resolve as (value: unknown) => void, reject });
      this.#port.send({ call, method, input } satisfies Message, transfer);
    });
  }

  onNotice<N extends keyof Notices & string>(notice: N, listener: (payload: Notices[N]) => void): Disposer {
    const listeners = this.#noticeListeners.get(notice) ?? new Set();
    this.#noticeListeners.set(notice, listeners);
    listeners.add(listener as (payload: never) => void);
    return () => listeners.delete(listener as (payload: never) => void);
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Fails everything that is still unanswered, and every later call. */
  close(reason: Error): void {
    if (this.#closedWith) return;
    this.#closedWith = reason;
    this.#stopListening();
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
  }

  #receive(message: Message): void {
    if ('notice' in message) {
      for (const listener of this.#noticeListeners.get(message.notice) ?? [])
        listener(message.payload as never);
      return;
    }
    if (!('answer' in message)) return;
    const pending = this.#pending.get(message.answer);
    if (!pending) return;
    this.#pending.delete(message.answer);
    if ('failure' in message) pending.reject(AppError.fromFailure(message.failure));
    else pending.resolve(message.value);
  }
}

export interface RpcServer<Notices extends RpcNotices> {
  notify<N extends keyof Notices & string>(notice: N, payload: Notices[N]): void;
  stop: Disposer;
}

/** Answers calls on a port. */
export function serveRpc<Api extends RpcApi, Notices extends RpcNotices = Record<never, never>>(
  port: MessagePortLike,
  api: Api,
): RpcServer<Notices> {
  const stop = port.onMessage(async (raw) => {
    const message = raw as Message;
    if (!('call' in message)) return;
    const { call: answer, method, input } = message;
    try {
      const handler = Object.hasOwn(api, method) ? api[method] : undefined;
      if (!handler) throw new Error(`Unknown method ${method}`);
      const value = await handler(input);
      port.send({ answer, value } satisfies Message);
    } catch (error) {
      port.send({ answer, failure: toFailure(error) } satisfies Message);
    }
  });
  return {
    notify: (notice, payload) => port.send({ notice, payload } satisfies Message),
    stop,
  };
}

function toFailure(error: unknown): Failure {
  if (error instanceof AppError) return error.toFailure();
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message, retryable: false };
}
