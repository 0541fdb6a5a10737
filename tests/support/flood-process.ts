/**
 * Somebody on this machine who holds connections to the web host open: `flood-process.ts PORT COUNT`. Says
 * `{opened, refused}` to its parent as it goes on, and each connection that it loses it opens again, until it is ended.
 */
import { createConnection, type Socket } from 'node:net';
import { upgradeText } from './raw-http.ts';

const [port, count] = process.argv.slice(2).map(Number);
if (!port || !count) throw new Error('Usage: flood-process.ts PORT COUNT');

/** What a connection says before it falls silent. */
const openings = [
  () => '',
  () => 'GET / HT',
  () => `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Slow: `,
  () => upgradeText(port),
  () => upgradeText(port, [], '/nothing'),
];
let opened = 0;
let failed = 0;
const held = new Set<Socket>();

function open(index: number): void {
  const socket = createConnection({ port: port ?? 0, host: '127.0.0.1', allowHalfOpen: true });
  let isConnected = false;
  socket.once('connect', () => {
    opened++;
    isConnected = true;
    held.add(socket);
    socket.write(openings[index % openings.length]?.() ?? '');
  });
  socket.on('error', () => {});
  socket.once('close', () => {
    held.delete(socket);
    if (!isConnected) failed++;
    // Not at once: the attack is to hold places, and the event loop of this process has others to open.
    setTimeout(open, 50, index);
  });
  socket.resume();
}

for (let index = 0; index < count; index++) open(index);
setInterval(() => process.send?.({ opened, failed, held: held.size }), 50);
process.once('disconnect', () => process.exit());
