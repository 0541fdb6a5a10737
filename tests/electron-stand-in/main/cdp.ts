/** The Chrome DevTools Protocol over one WebSocket, with a session for each page. Types are Playwright's. */
import type { CDPSession } from '@playwright/test';
import { WebSocket } from 'ws';

type Listener = (params: unknown) => void;

interface Incoming {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface OpenCall {
  readonly method: string;
  readonly session: CdpSession;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A call to a page, a document or a browser that is gone. */
export class TargetGone extends Error {}

/** As Chromium says it. */
const goneMessages = /Target crashed|Cannot find context|navigated or closed|Invalid InterceptionId/;

export class CdpConnection {
  readonly #socket: WebSocket;
  readonly #calls = new Map<number, OpenCall>();
  readonly #sessions = new Map<string | undefined, CdpSession>();
  #nextId = 1;
  /** The browser itself. */
  readonly browser = this.session(undefined);

  static async open(url: string): Promise<CdpConnection> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return new CdpConnection(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#receive(JSON.parse(data.toString()) as Incoming));
    socket.on('close', () => {
      for (const { reject, method } of this.#calls.values())
        reject(new TargetGone(`${method}: Chromium is gone`));
      this.#calls.clear();
    });
  }

  session(sessionId: string | undefined): CdpSession {
    const session = new CdpSession(sessionId, (method, params) => this.#call(session, method, params));
    this.#sessions.set(sessionId, session);
    return session;
  }

  close(): void {
    this.#socket.close();
  }

  #call(session: CdpSession, method: string, params: object): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (session.isGone || this.#socket.readyState !== WebSocket.OPEN) {
        return reject(new TargetGone(`${method}: the page is gone`));
      }
      this.#calls.set(id, { method, session, resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params, sessionId: session.sessionId }));
    });
  }

  #receive({ id, sessionId, method, params, result, error }: Incoming): void {
    if (id !== undefined) {
      const call = this.#calls.get(id);
      this.#calls.delete(id);
      if (error) {
        const text = `${call?.method}: ${error.message}`;
        call?.reject(goneMessages.test(text) ? new TargetGone(text) : new Error(text));
      } else call?.resolve(result);
      return;
    }
    if (method === 'Target.detachedFromTarget') {
      this.#forget((params as { sessionId: string }).sessionId);
    }
    if (method) this.#sessions.get(sessionId)?.deliver(method, params);
  }

  #forget(sessionId: string): void {
    const session = this.#sessions.get(sessionId);
    if (!session) return;
    session.isGone = true;
    this.#sessions.delete(sessionId);
    for (const [id, call] of this.#calls) {
      if (call.session !== session) continue;
      this.#calls.delete(id);
      call.reject(new TargetGone(`${call.method}: the page is gone`));
    }
  }
}

export class CdpSession {
  readonly sessionId: string | undefined;
  isGone = false;
  readonly #call: (method: string, params: object) => Promise<unknown>;
  readonly #listeners = new Map<string, Listener[]>();

  constructor(sessionId: string | undefined, call: (method: string, params: object) => Promise<unknown>) {
    this.sessionId = sessionId;
    this.#call = call;
  }

  // The protocol's own types say what comes; nothing checks Chromium's answers at run time.
  readonly send = ((method: string, params: object = {}) => this.#call(method, params)) as CDPSession['send'];
  readonly on = ((method: string, listener: Listener) => {
    this.#listeners.set(method, [...(this.#listeners.get(method) ?? []), listener]);
  }) as unknown as CDPSession['on'];

  deliver(method: string, params: unknown): void {
    for (const listener of this.#listeners.get(method) ?? []) listener(params);
  }
}
