/** A scripted member of the demo's presence channel: a small client of the protocol, over a socket of its own. */
import WebSocket from 'ws';
import { isRecord, parseFrame, protocolFrame } from './server/frames.ts';

export interface DemoMemberOptions {
  readonly url: string;
  /** The signed data of `pusher:subscribe`. */
  readonly subscription: (socketId: string) => unknown;
  /** The connection is over, whoever ended it. */
  readonly onGone: () => void;
}

export class DemoMember {
  readonly #socket: WebSocket;
  readonly #options: DemoMemberOptions;

  constructor(options: DemoMemberOptions) {
    this.#options = options;
    this.#socket = new WebSocket(options.url, { perMessageDeflate: false });
    this.#socket.on('message', (data) => this.#receive(String(data)));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => options.onGone());
  }

  leave(): void {
    this.#socket.close();
  }

  #receive(text: string): void {
    const frame = parseFrame(text);
    if (frame?.event === 'pusher:ping') this.#socket.send(protocolFrame('pusher:pong', {}));
    if (frame?.event !== 'pusher:connection_established' || typeof frame.data !== 'string') return;
    const established: unknown = JSON.parse(frame.data);
    const socketId = isRecord(established) ? established.socket_id : undefined;
    if (typeof socketId !== 'string') return;
    const data = this.#options.subscription(socketId);
    this.#socket.send(JSON.stringify({ event: 'pusher:subscribe', data }));
  }
}
