/** The peer: pusher-js itself, with one callback for all events. */
import Pusher from 'pusher-js';

const [port = 0, count = 0] = process.argv.slice(2).map(Number);
const pusher = new Pusher('bench', {
  cluster: 'none',
  wsHost: '127.0.0.1',
  wsPort: port,
  forceTLS: false,
  enabledTransports: ['ws'],
  enableStats: false,
});
let received = 0;
let startedAt = 0;
pusher.connection.bind('connected', () => {
  startedAt = performance.now();
});
pusher.bind_global(() => {
  if (++received !== count) return;
  process.send?.({ seconds: (performance.now() - startedAt) / 1000 });
  process.disconnect();
  pusher.disconnect();
});
