/** A client that sends any frame and keeps what it gets: for what a well-behaved library would never do. */
import WebSocket from 'ws';
import { eventually } from './conditions.ts';

export interface ReceivedFrame {
  readonly event: string;
  readonly channel?: string;
  readonly data: unknown;
}

export class RawClient {
  readonly frames: ReceivedFrame[] = [];
  closeCode: number | undefined;
  readonly #socket: WebSocket;

  private constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.on('message', (data) => {
      this.frames.push(JSON.parse(String(data)));
    });
    this.#socket.on('close', (code) => {
      this.closeCode = code;
    });
    this.#socket.on('error', () => {});
  }

  /** @param path What follows the port, such as `/app/KEY?protocol=7`. */
  static open(port: number, path: string): RawClient {
    return new RawClient(`ws://127.0.0.1:${port}${path}`);
  }

  static async connect(port: number, key: string): Promise<RawClient> {
    const client = RawClient.open(port, `/app/${key}?protocol=7&client=test&version=1.0`);
    await client.next('pusher:connection_established');
    return client;
  }

  get socketId(): string {
    const data = this.frames.find(({ event }) => event === 'pusher:connection_established')?.data;
    return JSON.parse(String(data)).socket_id;
  }

  send(frame: unknown): void {
    this.sendText(JSON.stringify(frame));
  }

  sendText(text: string | Uint8Array): void {
    this.#socket.send(text);
  }

  /** The first frame of this event, waiting for it if need be. Its data is parsed if it was JSON text. */
  async next(event: string, isWanted: (frame: ReceivedFrame) => boolean = () => true): Promise<unknown> {
    const frame = await eventually(() => this.frames.find((one) => one.event === event && isWanted(one)), {
      what: `a frame ${event}`,
    });
    return typeof frame.data === 'string' ? JSON.parse(frame.data) : frame.data;
  }

  /** Everything that was sent before has been handled: the server answers in order. */
  async settle(): Promise<void> {
    const isPong = ({ event }: ReceivedFrame) => event === 'pusher:pong';
    const before = this.frames.filter(isPong).length;
    this.send({ event: 'pusher:ping', data: {} });
    await eventually(() => this.frames.filter(isPong).length > before, { what: 'a pong' });
  }

  errors(): unknown[] {
    return this.frames.filter(({ event }) => event === 'pusher:error').map(({ data }) => data);
  }

  async closed(): Promise<number> {
    return eventually(() => this.closeCode, { what: 'the close' });
  }

  close(): void {
    this.#socket.terminate();
  }
}
