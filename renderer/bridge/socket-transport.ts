/**
 * On the web host: one WebSocket to where the page came from. The first message is the tab's hello; nothing else is
 * sent before the host has welcomed the page. Messages wait while the socket opens, and it is opened again when lost.
 */
import { type ClientMessage, type RefusalReason, refusalCodes } from '#shared/contract/wire.ts';
import { Listeners } from '#shared/lib/disposer.ts';
import type { Admission } from './admission.ts';
import type { Transport, TransportStatus } from './transport.ts';

const retryDelaysMs = [250, 500, 1_000, 2_000, 4_000];

export interface SocketTransportOptions {
  readonly url: string;
  readonly admission: Pick<Admission, 'hello' | 'isArriving' | 'admitted' | 'refused'>;
  /** Makes the socket; the browser's own, except in tests. */
  readonly openSocket?: (url: string) => WebSocket;
}

export interface SocketTransport extends Transport {
  /** Connects anew, whatever the state: there is something else to say to the host. */
  reopen(): void;
}

export function createSocketTransport(options: SocketTransportOptions): SocketTransport {
  const { admission } = options;
  const openSocket = options.openSocket ?? ((url: string) => new WebSocket(url));
  const messages = new Listeners<unknown>();
  const statuses = new Listeners<TransportStatus>();
  let status: TransportStatus = { state: 'connecting' };
  let socket: WebSocket | undefined;
  let waiting: ClientMessage[] = [];
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const setStatus = (next: TransportStatus) => {
    if (next.state === status.state) return;
    status = next;
    statuses.emit(next);
  };

  const open = () => {
    clearTimeout(timer);
    const current = openSocket(options.url);
    socket = current;
    current.addEventListener('open', () => {
      current.send(JSON.stringify(admission.hello));
    });
    current.addEventListener('message', (event) => {
      const message = parse(event.data);
      if (status.state === 'online') return messages.emit(message);
      if (!isWelcome(message)) return;
      attempt = 0;
      admission.admitted();
      setStatus({ state: 'online' });
      for (const held of waiting) current.send(JSON.stringify(held));
      waiting = [];
    });
    current.addEventListener('close', (event) => {
      if (socket !== current) return;
      socket = undefined;
      const reason = refusalReason(event.code);
      const isLink = admission.isArriving;
      // What waits is sent when this tab is let in by the name that it had.
      if (reason && admission.refused()) return open();
      waiting = [];
      if (reason) return setStatus({ state: 'refused', what: isLink ? 'link' : 'tab', reason });
      setStatus({ state: 'offline' });
      timer = setTimeout(open, retryDelaysMs[Math.min(attempt++, retryDelaysMs.length - 1)]);
    });
  };
  open();

  return {
    send(message) {
      if (status.state === 'online') socket?.send(JSON.stringify(message));
      // Offline, nothing is held: the client refuses calls, and says so to whoever made them.
      else if (status.state === 'connecting') waiting.push(message);
    },
    onMessage: (listener) => messages.add(listener),
    get status() {
      return status;
    },
    onStatus: (listener) => statuses.add(listener),
    retry() {
      if (status.state === 'offline' && !socket) open();
    },
    reopen() {
      const old = socket;
      socket = undefined;
      old?.close();
      waiting = [];
      setStatus({ state: 'offline' });
      open();
    },
  };
}

function refusalReason(code: number): RefusalReason | undefined {
  const names = Object.keys(refusalCodes) as RefusalReason[];
  return names.find((name) => refusalCodes[name] === code);
}

function isWelcome(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'welcome';
}

/** Text that is not JSON becomes undefined, which no schema accepts. */
function parse(data: unknown): unknown {
  if (typeof data !== 'string') return undefined;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
