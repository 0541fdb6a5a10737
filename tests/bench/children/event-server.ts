/**
 * Sends events as fast as a socket takes them. The frames are made before, and the WebSocket protocol is spoken by
 * hand, so that the server takes little of the time that is measured.
 */
import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { sampleFrames } from '../sample-events.ts';

const count = Number(process.argv[2]);
const framesPerWrite = 200;
const welcome = JSON.stringify({
  event: 'pusher:connection_established',
  data: JSON.stringify({ socket_id: '1.1', activity_timeout: 120 }),
});
const writes = makeWrites();

function frameOf(payload: Buffer): Buffer {
  const isShort = payload.length < 126;
  const header = isShort ? Buffer.from([0x81, payload.length]) : Buffer.from([0x81, 126, 0, 0]);
  if (!isShort) header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}

/** Whole writes, to be sent over and over. */
function makeWrites(): Buffer[] {
  const frames = sampleFrames(framesPerWrite * 10).map(frameOf);
  return Array.from({ length: 10 }, (_, index) =>
    Buffer.concat(frames.slice(index * framesPerWrite, (index + 1) * framesPerWrite)),
  );
}

function sendAll(socket: Socket): void {
  let sent = 0;
  const send = () => {
    while (sent < count) {
      const write = writes[(sent / framesPerWrite) % writes.length];
      if (!write) return;
      sent += framesPerWrite;
      if (!socket.write(write)) {
        socket.once('drain', send);
        return;
      }
    }
  };
  send();
}

const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', (request) => {
    const key = /sec-websocket-key: (.+)\r\n/i.exec(request.toString('latin1'))?.[1] ?? '';
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.write(frameOf(Buffer.from(welcome)));
    sendAll(socket);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
process.on('disconnect', () => process.exit(0));
