/** The page's side of the contract: typed calls out, typed events in. Failures become AppError. */
import type {
  CallInput,
  CallOutput,
  ContractCall,
  ContractEvent,
  EventPayload,
} from '#shared/contract/index.ts';
import { serverMessage } from '#shared/contract/wire.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { type Disposer, Listeners } from '#shared/lib/disposer.ts';
import type { BrowserClipboard } from './browser-clipboard.ts';
import { type Secrets, secretsOver } from './secrets.ts';
import type { Transport, TransportStatus } from './transport.ts';

export interface CallOptions {
  /** Aborting tells the main side to stop, and rejects with `cancelled` at once. */
  readonly signal?: AbortSignal | undefined;
}

export interface Client {
  call<N extends ContractCall>(name: N, input: CallInput<N>, options?: CallOptions): Promise<CallOutput<N>>;
  on<N extends ContractEvent>(name: N, listener: (payload: EventPayload<N>) => void): Disposer;
  readonly secrets: Secrets;
  readonly status: TransportStatus;
  onStatus(listener: (status: TransportStatus) => void): Disposer;
  /** Tries to reach the main side now. */
  retry(): void;
  close(): void;
}

interface OpenCall {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const offline = () =>
  new AppError('offline', 'Latchkey’s main side can’t be reached.', {
    hint: 'What you entered is kept. Try again when the bar at the top is gone.',
    retryable: true,
  });

/** @param clipboard The browser's, where secrets are copied by the page. */
export function createClient(transport: Transport, clipboard?: BrowserClipboard): Client {
  const open = new Map<number, OpenCall>();
  const events = new Map<string, Listeners<unknown>>();
  let nextId = 0;

  const settle = (id: number): OpenCall | undefined => {
    const call = open.get(id);
    open.delete(id);
    return call;
  };

  const stopMessages = transport.onMessage((raw) => {
    const parsed = serverMessage.safeParse(raw);
    // A message that breaks the wire format has no call to be told about; both sides come from one build.
    if (!parsed.success) return;
    const message = parsed.data;
    if (message.type === 'event') events.get(message.event)?.emit(message.payload);
    else if (message.type === 'result') settle(message.id)?.resolve(message.output);
    else settle(message.id)?.reject(AppError.fromFailure(message.error));
  });

  const stopStatus = transport.onStatus(({ state }) => {
    if (state === 'online' || state === 'connecting') return;
    for (const id of [...open.keys()]) settle(id)?.reject(offline());
  });

  const send = (method: ContractCall, input: unknown, signal: AbortSignal | undefined): Promise<unknown> => {
    if (signal?.aborted) return Promise.reject(cancelled());
    const { state } = transport.status;
    if (state === 'offline' || state === 'refused') return Promise.reject(offline());
    const id = nextId++;
    return new Promise<unknown>((resolve, reject) => {
      const stop = () => {
        settle(id)?.reject(cancelled());
        transport.send({ type: 'cancel', id });
      };
      signal?.addEventListener('abort', stop, { once: true });
      const done = () => signal?.removeEventListener('abort', stop);
      open.set(id, {
        resolve: (output) => {
          done();
          resolve(output);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      transport.send({ type: 'call', id, method, input });
    });
  };

  // The main side has parsed the output against this very type before it left.
  const call: Client['call'] = async (name, input, options = {}) =>
    (await send(name, input, options.signal)) as CallOutput<typeof name>;

  const on: Client['on'] = (name, listener) => {
    const listeners = events.get(name) ?? new Listeners<unknown>();
    events.set(name, listeners);
    return listeners.add((payload) => listener(payload as EventPayload<typeof name>));
  };

  return {
    call,
    secrets: secretsOver({ call, on, openVaultPort: transport.openVaultPort?.bind(transport), clipboard }),
    on,
    get status() {
      return transport.status;
    },
    onStatus: (listener) => transport.onStatus(listener),
    retry: () => transport.retry(),
    close() {
      stopMessages();
      stopStatus();
    },
  };
}

function cancelled(): AppError {
  return new AppError('cancelled', 'Cancelled.');
}
