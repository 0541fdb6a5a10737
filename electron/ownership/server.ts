/** The owner's end of the socket. Whoever is at the other end, it takes bounded memory and time of the owner's. */
import { createServer, type Server, type Socket } from 'node:net';
import { AppError } from '#shared/lib/app-error.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { lineLimitBytes, protocolVersion } from './light.ts';
import {
  envelope,
  type OwnerHandlers,
  protocol,
  type RefusalReason,
  Refused,
  type RequestType,
} from './protocol.ts';

/** Connections at a time. More are closed unheard; a second start tries again. */
const connectionLimit = 32;
/** A request that is not complete by then is not waited for. */
const requestLimitMs = 2_000;
/** An answer that is not ready, or not taken, by then is given up. */
const answerLimitMs = 60_000;
const newline = 0x0a;

export class OwnerServer {
  readonly #handlers: OwnerHandlers;
  readonly #onBug: (error: unknown) => void;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(handlers: OwnerHandlers, onBug: (error: unknown) => void) {
    this.#handlers = handlers;
    this.#onBug = onBug;
    // A caller that has said all may close its half: it still gets its answer.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#converse(socket));
    this.#server.maxConnections = connectionLimit;
  }

  /** May be called again after a failure, with another address. */
  listen(address: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error) => {
        this.#server.off('listening', listening);
        reject(error);
      };
      const listening = () => {
        this.#server.off('error', failed);
        // Such as no file descriptors being left: that connection is lost, and the server goes on.
        this.#server.on('error', this.#onBug);
        resolve();
      };
      this.#server.once('error', failed);
      this.#server.once('listening', listening);
      this.#server.listen(address);
    });
  }

  /** Ends every conversation, answered or not. */
  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #converse(socket: Socket): void {
    this.#sockets.add(socket);
    let timer = setTimeout(() => socket.destroy(), requestLimitMs);
    socket.once('close', () => {
      clearTimeout(timer);
      this.#sockets.delete(socket);
    });
    // A caller that goes away is not the owner's trouble.
    socket.on('error', () => socket.destroy());

    const received: Buffer[] = [];
    let sizeBytes = 0;
    const take = (chunk: Buffer) => {
      const end = chunk.indexOf(newline);
      const piece = end === -1 ? chunk : chunk.subarray(0, end);
      sizeBytes += piece.length;
      const isTooLarge = sizeBytes > lineLimitBytes;
      if (!isTooLarge) received.push(piece);
      if (!isTooLarge && end === -1) return;
      // What else comes is not read.
      socket.off('data', take);
      socket.off('end', gone);
      socket.pause();
      clearTimeout(timer);
      timer = setTimeout(() => socket.destroy(), answerLimitMs);
      const answer = isTooLarge
        ? refused('too_large', `A request has at most ${lineLimitBytes} bytes.`)
        : this.#answer(textOf(received));
      Promise.resolve(answer).then((value) => {
        if (!socket.destroyed) socket.end(`${JSON.stringify(value)}\n`, () => socket.destroy());
      }, this.#onBug);
    };
    const gone = () => socket.destroy();
    socket.on('data', take);
    socket.once('end', gone);
  }

  async #answer(line: string): Promise<unknown> {
    const outer = parseUnknown(envelope, parse(line));
    if (!outer.success) return refused('invalid', 'A request is a line of JSON with its protocol and type.');
    const { protocol: version, ...request } = outer.data;
    if (version !== protocolVersion)
      return refused('unsupported_protocol', `This Latchkey speaks version ${protocolVersion}.`);
    if (!isRequestType(request.type))
      return refused('unknown_type', 'This Latchkey does not know that request.');
    const input = parseUnknown(protocol[request.type].request, request);
    if (!input.success)
      return refused('invalid', 'The request does not have the fields that its type wants.');
    try {
      // One type of request, its handler and its answer, which the compiler can't see across three lookups.
      const handle = this.#handlers[request.type] as (request: unknown) => unknown;
      return protocol[request.type].answer.parse(await handle(input.data));
    } catch (error) {
      if (error instanceof Refused) return refused(error.reason, error.message);
      if (error instanceof AppError && error.code !== 'internal')
        return refused(error.code, error.message, error.hint);
      this.#onBug(error);
      return refused('failed', 'The Latchkey that runs could not do that.');
    }
  }
}

function isRequestType(type: string): type is RequestType {
  return Object.hasOwn(protocol, type);
}

function refused(reason: RefusalReason, message: string, hint?: string) {
  return { type: 'refused', reason, message, hint };
}

/** A request may have a passphrase in it: its bytes are not left lying about. */
function textOf(received: readonly Buffer[]): string {
  const bytes = Buffer.concat(received);
  const text = bytes.toString();
  for (const each of [bytes, ...received]) each.fill(0);
  return text;
}

/** Text that is not JSON becomes undefined, which no schema accepts. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
