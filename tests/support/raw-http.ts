/** HTTP said by hand, so that it can be said wrong, and WebSocket frames made by hand, for the same reason. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { eventually } from './conditions.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** A connection that keeps all that it is sent. It does not close because the other side does, unless it is told to. */
export class RawConnection {
  readonly socket: Socket;
  /** 'reset' rather than 'ended': the other side threw away what it had not read or sent. */
  end: 'open' | 'ended' | 'reset' = 'open';
  #received = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
    });
    socket.once('end', () => {
      if (this.end === 'open') this.end = 'ended';
    });
    socket.on('error', () => {
      this.end = 'reset';
    });
  }

  static async open(port: number, said?: string | Uint8Array): Promise<RawConnection> {
    const socket = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true });
    const connection = new RawConnection(socket);
    await once(socket, 'connect');
    if (said !== undefined) connection.say(said);
    return connection;
  }

  say(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  get received(): Buffer {
    return this.#received;
  }

  /** Every whole answer so far. `noBody`: the request was HEAD, whose answer ends with its headers. */
  answers(noBody = false): RawAnswer[] {
    const answers: RawAnswer[] = [];
    let rest = this.#received;
    for (;;) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return answers;
      const [statusLine = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n');
      const headers = new Map(lines.map((line) => splitHeader(line)));
      const length = noBody ? 0 : Number(headers.get('content-length') ?? 0);
      const body = rest.subarray(end + 4, end + 4 + length);
      if (body.length < length) return answers;
      answers.push({ status: Number(statusLine.split(' ')[1]), headers, body });
      rest = rest.subarray(end + 4 + length);
    }
  }

  /** The first answer, or `undefined` when the other side closes without one. */
  async answer(noBody = false): Promise<RawAnswer | undefined> {
    await eventually(() => this.answers(noBody).length > 0 || this.end !== 'open', { what: 'an answer' });
    return this.answers(noBody)[0];
  }

  /** Waits until the other side has closed. */
  async closed(withinMs = 10_000): Promise<void> {
    await eventually(() => this.end !== 'open', { withinMs, what: 'the close by the other side' });
  }

  destroy(): void {
    this.socket.destroy();
  }
}

function splitHeader(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

export interface Request {
  readonly method?: string;
  /** As it goes into the request line. */
  readonly target?: string;
  /** Lines, in order: a name may come twice. `Host` is added unless one of them is it. */
  readonly headers?: readonly string[];
  readonly body?: string;
}

export function requestText(
  port: number,
  { method = 'GET', target = '/', headers = [], body = '' }: Request,
): string {
  const hasHost = headers.some((line) => /^host:/i.test(line));
  const lines = [`${method} ${target} HTTP/1.1`, ...(hasHost ? [] : [`Host: 127.0.0.1:${port}`]), ...headers];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** Sends one request and gives its answer; undefined when the connection was closed without one. */
export async function ask(port: number, request: Request): Promise<RawAnswer | undefined> {
  const connection = await RawConnection.open(port, requestText(port, request));
  const answer = await connection.answer(request.method === 'HEAD');
  connection.destroy();
  return answer;
}

/** The request that a browser makes for our socket; `headers` replace its own of the same name, or are added. */
export function upgradeText(port: number, headers: readonly string[] = [], target = '/socket'): string {
  const own = [
    `Host: 127.0.0.1:${port}`,
    `Origin: http://127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
  ];
  const nameOf = (line: string) => line.slice(0, line.indexOf(':')).toLowerCase();
  const replaced = headers.map(nameOf);
  return requestText(port, {
    target,
    headers: [...own.filter((line) => !replaced.includes(nameOf(line))), ...headers],
  });
}

export interface Frame {
  readonly opcode?: number;
  readonly payload?: string | Uint8Array;
  readonly isFinal?: boolean;
  /** Of the first byte, as in 0x40 for RSV1. */
  readonly reservedBits?: number;
  readonly isMasked?: boolean;
  /** What the header claims, when it is not the payload's length. */
  readonly claimedLength?: number;
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A client's frame. */
export function frame(options: Frame): Buffer {
  const { opcode = opcodes.text, isFinal = true, reservedBits = 0, isMasked = true } = options;
  const payload = Buffer.from(options.payload ?? '');
  const length = options.claimedLength ?? payload.length;
  const first = (isFinal ? 0x80 : 0) | reservedBits | opcode;
  const maskBit = isMasked ? 0x80 : 0;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = first;
  header[1] = maskBit | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  if (!isMasked) return Buffer.concat([header, payload]);
  const mask = randomBytes(4);
  return Buffer.concat([header, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}

export interface ServerFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** The frames that followed the answer to an upgrade. A server's are short here, and not masked. */
export function serverFrames(received: Buffer): ServerFrame[] {
  const frames: ServerFrame[] = [];
  const headersEnd = received.indexOf('\r\n\r\n');
  let rest = headersEnd < 0 ? Buffer.alloc(0) : received.subarray(headersEnd + 4);
  while (rest.length >= 2) {
    const short = (rest[1] ?? 0) & 0x7f;
    const headerLength = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (rest.length < headerLength) break;
    const length =
      short < 126 ? short : short === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
    if (rest.length < headerLength + length) break;
    frames.push({
      opcode: (rest[0] ?? 0) & 0x0f,
      payload: rest.subarray(headerLength, headerLength + length),
    });
    rest = rest.subarray(headerLength + length);
  }
  return frames;
}

/** With which code the server closed a WebSocket; undefined while it has not, or when it did without one. */
export function closeCodeIn(received: Buffer): number | undefined {
  const close = serverFrames(received).find(({ opcode }) => opcode === opcodes.close);
  return close && close.payload.length >= 2 ? close.payload.readUInt16BE(0) : undefined;
}
