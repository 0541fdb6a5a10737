/**
 * Who may open a session. A URL carries a ticket, which lets one tab in, once: what is left of it in a terminal's
 * scrollback, a log or the browser's history opens nothing. The tab makes a random session name of its own and says it
 * with the ticket; from then on that name lets it in, until this process ends. Only digests are kept.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Hello, RefusalReason } from '#shared/contract/wire.ts';

/** A URL that was asked for is opened at once or not at all. */
const ticketLifetimeMs = 10 * 60_000;
/** Tickets that are remembered, used ones included: they are told apart from unknown ones. */
const ticketLimit = 64;
/** Tabs that are let in. Each costs its user a URL, so this many are not open. */
const sessionLimit = 256;

export interface TicketOptions {
  /** It is good until it is used or this process ends, rather than for ten minutes. */
  readonly lastsUntilUsed?: boolean;
  /** Called when it has let a tab in. */
  readonly onUsed?: () => void;
}

interface Ticket {
  readonly digest: Buffer;
  readonly expiresAt: number;
  readonly onUsed: (() => void) | undefined;
  isUsed: boolean;
}

export class Admissions {
  readonly #now: () => number;
  /** Oldest first; the oldest is forgotten when there are too many. */
  #tickets: Ticket[] = [];
  /** The one that was away for longest first, which is forgotten when there are too many. */
  #sessions: Buffer[] = [];

  /** @param now in milliseconds, from any moment on. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A new ticket: 256 random bits, in characters that need no escaping in a URL's fragment. */
  issueTicket({ lastsUntilUsed = false, onUsed }: TicketOptions = {}): string {
    const ticket = randomBytes(32).toString('base64url');
    const expiresAt = lastsUntilUsed ? Number.POSITIVE_INFINITY : this.#now() + ticketLifetimeMs;
    this.#tickets.push({ digest: digestOf(ticket), expiresAt, onUsed, isUsed: false });
    this.#tickets = this.#tickets.slice(-ticketLimit);
    return ticket;
  }

  /**
   * Lets a page in, or says why not. The same ticket and session may be said again: a tab whose connection broke
   * before it was welcomed, or that was loaded again, could not know that it had been let in.
   */
  admit({ session, ticket }: Hello): 'admitted' | RefusalReason {
    const digest = digestOf(session);
    const isKnown = this.#sessions.some((known) => isSame(known, digest));
    const answer = ticket === undefined ? 'unknown' : this.#use(ticket);
    if (!isKnown && answer !== 'admitted') return answer;
    this.#sessions = [...this.#sessions.filter((known) => !isSame(known, digest)), digest];
    this.#sessions = this.#sessions.slice(-sessionLimit);
    return 'admitted';
  }

  #use(ticket: string): 'admitted' | RefusalReason {
    const digest = digestOf(ticket);
    const found = this.#tickets.find((one) => isSame(one.digest, digest));
    if (!found) return 'unknown';
    if (found.isUsed) return 'used';
    if (found.expiresAt <= this.#now()) return 'expired';
    found.isUsed = true;
    found.onUsed?.();
    return 'admitted';
  }
}

/** Of one length whatever the text's, so that a comparison takes the same time for every guess. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isSame(a: Buffer, b: Buffer): boolean {
  return timingSafeEqual(a, b);
}
