/** The peer: a bare `ws` client that parses each frame, and does nothing with it. */
import { WebSocket } from 'ws';

const [port, count = 0] = process.argv.slice(2).map(Number);
const socket = new WebSocket(`ws://127.0.0.1:${port}/app/bench`, { perMessageDeflate: false });
/** The welcome, and then the events. */
const expected = count + 1;
let received = 0;
let startedAt = 0;
socket.on('message', (data) => {
  if (received === 0) startedAt = performance.now();
  JSON.parse(data.toString());
  if (++received !== expected) return;
  process.send?.({ seconds: (performance.now() - startedAt) / 1000 });
  process.disconnect();
  socket.terminate();
});
