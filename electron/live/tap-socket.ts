/**
 * The socket that pusher-js is given: it records every frame, both ways, before anyone parses it, and passes on only
 * what the gate lets through. It also knocks until the server answers, where pusher-js would wait for 15 s and longer
 * after a refused connection.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type RawData, WebSocket } from 'ws';
import type { Endpoint } from '#shared/protocol/dialects.ts';
import type { AttemptPacer } from './attempt-pacer.ts';
import { brokenSocketText, type ConnectProblem, connectProblem } from './connect-problem.ts';
import { judge, mayBeProtocol, pongText, textForPusherJs } from './gate.ts';
import type { ProtocolMessage } from './protocol-messages.ts';
import type { Recorder } from './recorder.ts';
import type { LiveTiming } from './timing.ts';

/** Far above any server's event limit; ws ends a connection that sends more. */
const frameLimitBytes = 16_777_216;
/** Sent when a server said goodbye without a code: lost. */
const lostCode = 1006;
/** Lost, going away, restarting: of a server that ends, whoever is connected. */
const outageCodes: ReadonlySet<number> = new Set([lostCode, 1001, 1012]);
/** While events arrive, a pong that is this late is not waited for: the server is alive, and its queue is long. */
const lateMs = 1000;
const pingStart = '{"event":"pusher:ping"';

export interface SocketEnd {
  readonly code: number;
  /** What ended it, if that is known better than by its code. */
  readonly text: string | undefined;
  readonly isOurs: boolean;
  /** `pusher:connection_established` had come. */
  readonly wasWelcomed: boolean;
  /** When the last frame came, if a ping went unanswered since. */
  readonly silentSinceMs: number | undefined;
}

/** What a socket reports to. */
export interface Tap {
  readonly endpoint: Endpoint;
  readonly recorder: Recorder;
  readonly pacer: AttemptPacer;
  readonly timing: LiveTiming;
  now(): number;
  /** Runs a callback of pusher-js so that what it opens from there belongs to the same connection. */
  enter(work: () => void): void;
  /** The server's answer to the upgrade. */
  answered(headers: IncomingHttpHeaders): void;
  /** @param delayMs until the next attempt */
  attemptFailed(problem: ConnectProblem, delayMs: number): void;
  /** @returns Whether pusher-js may have it. */
  received(message: ProtocolMessage): boolean;
  refused(why: string, channel: string | undefined): void;
  roundTrip(milliseconds: number): void;
  ended(end: SocketEnd): void;
}

export class TapSocket {
  onopen?: (event?: unknown) => void;
  onerror?: (error: unknown) => void;
  onclose?: (event: unknown) => void;
  onmessage?: (message: unknown) => void;
  readonly #url: string;
  readonly #tap: Tap;
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #keepAlive: NodeJS.Timeout | undefined;
  #isOpen = false;
  #isFinished = false;
  #welcomedAtMs: number | undefined;
  #lastFrameAtMs = 0;
  #pingAtMs: number | undefined;
  #isPongOwed = false;

  constructor(url: string, tap: Tap) {
    this.#url = url;
    this.#tap = tap;
    this.#attemptLater();
  }

  send(text: string): void {
    if (!this.#isOpen || this.#isFinished) return;
    const atMs = this.#tap.now();
    this.#tap.recorder.frame('out', Buffer.from(text), atMs);
    if (text.startsWith(pingStart)) {
      this.#pingAtMs = atMs;
      this.#isPongOwed = true;
    }
    this.#socket?.send(text);
  }

  close(): void {
    if (this.#isFinished) return;
    const socket = this.#socket;
    const isPongLate = this.#isPongOwed && this.#pingAtMs !== undefined;
    socket?.removeAllListeners('message');
    if (this.#isOpen) socket?.close(1000);
    setTimeout(() => socket?.terminate(), this.#isOpen ? this.#tap.timing.closeTimeoutMs : 0).unref();
    this.#finish({
      code: 1000,
      text: undefined,
      isOurs: true,
      silentSinceMs: isPongLate ? this.#lastFrameAtMs : undefined,
    });
  }

  #attemptLater(): void {
    this.#timer = setTimeout(() => this.#attempt(), this.#tap.pacer.delayMs());
  }

  #attempt(): void {
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.#url, {
        maxPayload: frameLimitBytes,
        perMessageDeflate: false,
        // Broken text is shown as it came; closing the connection for it would hide it.
        skipUTF8Validation: true,
        followRedirects: false,
        handshakeTimeout: this.#tap.timing.handshakeTimeoutMs,
      });
    } catch (error) {
      this.#attemptFailed(error);
      return;
    }
    let problem: unknown;
    socket.on('upgrade', ({ headers }) => this.#tap.answered(headers));
    socket.on('error', (error) => {
      problem = error;
    });
    socket.on('open', () => this.#opened());
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('close', (code) => {
      if (this.#isFinished) return;
      if (this.#isOpen) this.#lost(code, brokenSocketText(problem));
      else this.#attemptFailed(problem);
    });
    this.#socket = socket;
  }

  #attemptFailed(error: unknown): void {
    const problem = connectProblem(error, this.#tap.endpoint);
    if (problem.wasAnswered) this.#tap.pacer.ended(0);
    else this.#tap.pacer.unreachable();
    this.#tap.attemptFailed(problem, this.#tap.pacer.delayMs());
    // Being told, the connection may have closed this socket.
    if (!this.#isFinished) this.#attemptLater();
  }

  #opened(): void {
    if (this.#isFinished) return;
    this.#isOpen = true;
    this.#timer = setTimeout(() => {
      this.#socket?.terminate();
      this.#lost(lostCode, 'The server opened the connection, but sent no valid welcome.');
    }, this.#tap.timing.welcomeTimeoutMs);
    this.#tap.enter(() => this.onopen?.());
  }

  #receive(data: RawData, isBinary: boolean): void {
    const bytes = Buffer.isBuffer(data)
      ? data
      : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    const atMs = this.#tap.now();
    this.#lastFrameAtMs = atMs;
    if (!this.#tap.recorder.frame('in', bytes, atMs)) this.#pause();
    if (isBinary) this.#tap.refused('is binary, which the protocol does not use', undefined);
    else if (mayBeProtocol(bytes)) this.#judge(bytes, atMs);
    if (this.#isPongOwed && atMs - (this.#pingAtMs ?? atMs) > lateMs) this.#passPong();
  }

  /** The log is behind: the server's frames wait in the network. Its pongs wait with them, so they are not missed. */
  #pause(): void {
    const socket = this.#socket;
    if (!socket || socket.isPaused) return;
    socket.pause();
    this.#keepAlive = setInterval(() => this.#passPong(), lateMs);
    const resume = () => {
      clearInterval(this.#keepAlive);
      socket.resume();
    };
    this.#tap.recorder.whenReady().then(resume, resume);
  }

  #judge(bytes: Buffer, atMs: number): void {
    const verdict = judge(bytes);
    if (verdict.kind === 'refused') this.#tap.refused(verdict.why, verdict.channel);
    if (verdict.kind !== 'protocol') return;
    const { message } = verdict;
    const isWelcome = message.kind === 'welcome';
    if (isWelcome) {
      if (this.#welcomedAtMs !== undefined) {
        this.#tap.refused('is a second welcome', undefined);
        return;
      }
      this.#welcomedAtMs = atMs;
      clearTimeout(this.#timer);
    }
    if (message.kind === 'pong') this.#measure(atMs);
    const mayPass = this.#tap.received(message);
    // pusher-js takes whatever comes first for the handshake, and never recovers if it is not.
    if (!mayPass || this.#isFinished || this.#welcomedAtMs === undefined) return;
    const text = textForPusherJs(message);
    if (text !== undefined) this.#pass(text);
  }

  #measure(atMs: number): void {
    this.#isPongOwed = false;
    if (this.#pingAtMs === undefined) return;
    this.#tap.roundTrip(atMs - this.#pingAtMs);
    this.#pingAtMs = undefined;
  }

  #passPong(): void {
    this.#isPongOwed = false;
    this.#pass(pongText);
  }

  #pass(data: string): void {
    this.#tap.enter(() => this.onmessage?.({ data }));
  }

  #lost(code: number, text: string | undefined): void {
    this.#finish({ code, text, isOurs: false, silentSinceMs: undefined });
  }

  #pace({ code, text }: Pick<SocketEnd, 'code' | 'text'>): void {
    const { pacer, now } = this.#tap;
    if (this.#welcomedAtMs === undefined) pacer.ended(0);
    else if (text === undefined && outageCodes.has(code)) pacer.lost();
    else pacer.ended(now() - this.#welcomedAtMs);
  }

  #finish(end: Omit<SocketEnd, 'wasWelcomed'>): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    clearTimeout(this.#timer);
    clearInterval(this.#keepAlive);
    if (this.#isOpen && !end.isOurs) this.#pace(end);
    this.#tap.ended({ ...end, wasWelcomed: this.#welcomedAtMs !== undefined });
    // Later, as every socket does: pusher-js may be in the middle of closing it.
    const closed = { code: end.code, reason: '', wasClean: end.code !== lostCode };
    setTimeout(() => this.#tap.enter(() => this.onclose?.(closed)), 0);
  }
}
