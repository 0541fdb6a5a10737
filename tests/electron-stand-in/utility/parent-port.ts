/** Loaded before a utility process's own module: the port to the main process, in place of Node's own channel. */
import type { MessageEvent, ParentPort } from 'electron';
import { standsFor } from '../stands-for.ts';

type Listener = (event: MessageEvent) => void;
const entries = new Map<Listener, (data: unknown) => void>();

const send = process.send?.bind(process);
if (!send) throw new Error('A utility process is started by the stand-in for Electron.');
// Electron's have no such channel: what they have is the port below.
Reflect.deleteProperty(process, 'send');

// With the main process, all of Chromium's processes go.
process.on('disconnect', () => process.exit(0));

const parentPort: ParentPort = standsFor<ParentPort>('ParentPort')({
  postMessage: (message) => void send(message),
  on(_name: string, listener: Listener) {
    const entry = (data: unknown) => listener(standsFor<MessageEvent>('MessageEvent')({ data }));
    entries.set(listener, entry);
    process.on('message', entry);
    return parentPort;
  },
  off(_name: string, listener: Listener) {
    const entry = entries.get(listener);
    if (entry) process.off('message', entry);
    return parentPort;
  },
});
process.parentPort = parentPort;
