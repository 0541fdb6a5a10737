/** Loaded before a utility process's own module: the port to the main process, in place of Node's own channel. */
import { EventEmitter } from 'node:events';
import type { MessageEvent, MessagePortMain, ParentPort } from 'electron';
import { standsFor } from '../stands-for.ts';
import type { UtilityMessage } from '../wire.ts';

type Listener = (event: MessageEvent) => void;

const sendByNode = process.send?.bind(process);
if (!sendByNode) throw new Error('A utility process is started by the stand-in for Electron.');
// Electron's have no such channel: what they have is the port below.
Reflect.deleteProperty(process, 'send');
const send = (message: UtilityMessage) => void sendByNode(message);

// With the main process, all of Chromium's processes go.
process.on('disconnect', () => process.exit(0));

const parent = new EventEmitter();
const channels = new Map<number, Channel>();

process.on('message', (message: UtilityMessage) => {
  if (message.kind === 'said') channels.get(message.port)?.hear(message.data);
  else if (message.kind === 'closed') channels.get(message.port)?.end();
  else parent.emit('message', messageEvent(message.data, message.ports.map(openChannel)));
});

class Channel {
  readonly #id: number;
  readonly #events = new EventEmitter();
  /** As in Electron, nothing is heard before `start`. */
  #waiting: unknown[] | undefined = [];
  readonly handle: MessagePortMain;

  constructor(id: number) {
    this.#id = id;
    const handle: MessagePortMain = standsFor<MessagePortMain>('MessagePortMain in a utility process')({
      close: () => {
        send({ kind: 'closed', port: id });
        this.end();
      },
      off: (name: string, listener: Listener) => {
        this.#events.off(name, listener);
        return handle;
      },
      on: (name: string, listener: Listener) => {
        this.#events.on(name, listener);
        return handle;
      },
      once: (name: string, listener: Listener) => {
        this.#events.once(name, listener);
        return handle;
      },
      postMessage: (data) => send({ kind: 'said', port: id, data }),
      start: () => {
        const waiting = this.#waiting ?? [];
        this.#waiting = undefined;
        for (const data of waiting) this.hear(data);
      },
    });
    this.handle = handle;
  }

  hear(data: unknown): void {
    if (this.#waiting) this.#waiting.push(data);
    else this.#events.emit('message', messageEvent(data, []));
  }

  end(): void {
    if (channels.delete(this.#id)) this.#events.emit('close');
  }
}

function openChannel(id: number): MessagePortMain {
  const channel = new Channel(id);
  channels.set(id, channel);
  return channel.handle;
}

function messageEvent(data: unknown, ports: MessagePortMain[]): MessageEvent {
  return standsFor<MessageEvent>('MessageEvent')({ data, ports });
}

const parentPort: ParentPort = standsFor<ParentPort>('ParentPort')({
  postMessage: (data) => send({ kind: 'message', data, ports: [] }),
  on(name: string, listener: Listener) {
    parent.on(name, listener);
    return parentPort;
  },
  off(name: string, listener: Listener) {
    parent.off(name, listener);
    return parentPort;
  },
});
process.parentPort = parentPort;
