/**
 * How this tab shows the web host that it is the user's. A URL's fragment carries a ticket, which is good once; the tab
 * makes a random session name, says it with the ticket, and is known by that name from then on. Both are kept for this
 * tab only, and a tab that is duplicated takes them along.
 */
import type { Hello } from '#shared/contract/wire.ts';

const sessionKey = 'latchkey-session';
/** What a URL brought, until the host has answered it: a tab that is loaded again before that says the same. */
const arrivalKey = 'latchkey-arrival';

export interface AdmissionPlace {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string };
  readonly history: { replaceState(data: unknown, unused: string, url: string): void };
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly crypto: Pick<Crypto, 'getRandomValues'>;
}

interface Arrival {
  readonly session: string;
  readonly ticket: string;
}

export class Admission {
  readonly #storage: AdmissionPlace['sessionStorage'];
  #arrival: Arrival | undefined;
  #session: string | undefined;

  private constructor(storage: AdmissionPlace['sessionStorage']) {
    this.#storage = storage;
    this.#session = storage.getItem(sessionKey) ?? undefined;
    this.#arrival = readArrival(storage.getItem(arrivalKey));
  }

  /** Undefined: the page was opened by its bare address, and has been let in by no other. */
  static read(place: AdmissionPlace): Admission | undefined {
    const admission = new Admission(place.sessionStorage);
    admission.arrive(place);
    return admission.#arrival || admission.#session ? admission : undefined;
  }

  /** Takes the ticket out of the address bar. @returns whether there was one. */
  arrive({ location, history, crypto }: AdmissionPlace): boolean {
    const ticket = ticketIn(location.hash);
    if (!ticket) return false;
    history.replaceState(null, '', location.pathname + location.search);
    // A new name with each ticket: the one of a run before may have been told to whoever had the port since.
    this.#arrival = { session: createSession(crypto), ticket };
    this.#storage.setItem(arrivalKey, JSON.stringify(this.#arrival));
    return true;
  }

  /** What to say first on a new connection. */
  get hello(): Hello {
    return { type: 'hello', ...(this.#arrival ?? { session: this.#session ?? '' }) };
  }

  get isArriving(): boolean {
    return this.#arrival !== undefined;
  }

  admitted(): void {
    if (!this.#arrival) return;
    this.#session = this.#arrival.session;
    this.#storage.setItem(sessionKey, this.#session);
    this.#forgetArrival();
  }

  /** @returns whether there is something else to say: this tab had been admitted before it was given this ticket. */
  refused(): boolean {
    if (!this.#arrival || !this.#session) return false;
    this.#forgetArrival();
    return true;
  }

  #forgetArrival(): void {
    this.#arrival = undefined;
    this.#storage.removeItem(arrivalKey);
  }
}

/** Undefined: there is none. */
export function ticketIn(hash: string): string | undefined {
  return new URLSearchParams(hash.slice(1)).get('ticket') ?? undefined;
}

function createSession(crypto: AdmissionPlace['crypto']): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace('=', '');
}

/** What this page stored itself, or nothing. */
function readArrival(text: string | null): Arrival | undefined {
  return text === null ? undefined : (JSON.parse(text) as Arrival);
}
