import crypto, { randomBytes } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Hello } from '#shared/contract/wire.ts';
import { Admissions } from '../../../electron/hosts/web/admissions.ts';

const minuteMs = 60_000;
const createSession = () => randomBytes(32).toString('base64url');
const hello = (ticket?: string, session = createSession()): Hello => ({
  type: 'hello',
  session,
  ...(ticket === undefined ? {} : { ticket }),
});

describe('a ticket', () => {
  it('lets one tab in, once, and says to another that it has been used', () => {
    const admissions = new Admissions();
    const ticket = admissions.issueTicket();
    expect(ticket).toMatch(/^[\w-]{43}$/);
    expect(admissions.admit(hello(ticket))).toBe('admitted');
    expect(admissions.admit(hello(ticket))).toBe('used');
    expect(admissions.admit(hello(ticket))).toBe('used');
  });

  it('is unknown when another Admissions gave it, or nobody did', () => {
    const ticket = new Admissions().issueTicket();
    const admissions = new Admissions();
    admissions.issueTicket();
    for (const wrong of [ticket, '', 'undefined', ticket.slice(1), `${ticket}x`])
      expect(admissions.admit(hello(wrong))).toBe('unknown');
  });

  it('expires after ten minutes, unless it is one that lasts until it is used', () => {
    let now = 0;
    const admissions = new Admissions(() => now);
    const [early, late, lasting] = [
      admissions.issueTicket(),
      admissions.issueTicket(),
      admissions.issueTicket({ lastsUntilUsed: true }),
    ];
    now = 10 * minuteMs - 1;
    expect(admissions.admit(hello(early))).toBe('admitted');
    now = 10 * minuteMs;
    expect(admissions.admit(hello(late))).toBe('expired');
    now = 1e12;
    expect(admissions.admit(hello(lasting))).toBe('admitted');
    expect(admissions.admit(hello(lasting))).toBe('used');
  });

  it('tells whoever asked for it that it has been used, once', () => {
    const admissions = new Admissions();
    let told = 0;
    const ticket = admissions.issueTicket({ onUsed: () => told++ });
    admissions.admit(hello(admissions.issueTicket()));
    expect(told).toBe(0);
    admissions.admit(hello(ticket));
    admissions.admit(hello(ticket));
    expect(told).toBe(1);
  });

  it('is forgotten when many have been given after it', () => {
    const admissions = new Admissions();
    const first = admissions.issueTicket();
    const later = Array.from({ length: 64 }, () => admissions.issueTicket());
    expect(admissions.admit(hello(first))).toBe('unknown');
    for (const ticket of later) expect(admissions.admit(hello(ticket))).toBe('admitted');
  });
});

describe('a session', () => {
  it('is let in again and again, by its name alone or with the ticket that it came with', () => {
    const admissions = new Admissions();
    const session = createSession();
    const ticket = admissions.issueTicket();
    expect(admissions.admit(hello(undefined, session))).toBe('unknown');
    expect(admissions.admit(hello(ticket, session))).toBe('admitted');
    expect(admissions.admit(hello(undefined, session))).toBe('admitted');
    expect(admissions.admit(hello(ticket, session))).toBe('admitted');
    expect(admissions.admit(hello(undefined, createSession()))).toBe('unknown');
  });

  it('uses up a ticket that it says, though it would be let in without', () => {
    const admissions = new Admissions();
    const session = createSession();
    admissions.admit(hello(admissions.issueTicket(), session));
    const second = admissions.issueTicket();
    expect(admissions.admit(hello(second, session))).toBe('admitted');
    expect(admissions.admit(hello(second))).toBe('used');
  });

  it('is forgotten when very many tabs came after it, the one that was away for longest first', () => {
    const admissions = new Admissions();
    const enter = () => {
      const session = createSession();
      expect(admissions.admit(hello(admissions.issueTicket(), session))).toBe('admitted');
      return session;
    };
    const [kept, forgotten] = [enter(), enter()];
    expect(admissions.admit(hello(undefined, kept))).toBe('admitted');
    for (let count = 0; count < 255; count++) enter();
    expect(admissions.admit(hello(undefined, kept))).toBe('admitted');
    expect(admissions.admit(hello(undefined, forgotten))).toBe('unknown');
  });
});

describe('comparing', () => {
  it('goes through timingSafeEqual on digests of one length, whatever the length of what was said', () => {
    const compared: number[] = [];
    const { timingSafeEqual } = crypto;
    crypto.timingSafeEqual = (a, b) => {
      compared.push(a.byteLength, b.byteLength);
      return timingSafeEqual(a, b);
    };
    syncBuiltinESMExports();
    onTestFinished(() => {
      crypto.timingSafeEqual = timingSafeEqual;
      syncBuiltinESMExports();
    });

    const admissions = new Admissions();
    const ticket = admissions.issueTicket();
    const session = createSession();
    for (const length of [0, 1, 31, 32, 42, 43, 44, 64, 10_000]) {
      const before = compared.length;
      expect(admissions.admit(hello('x'.repeat(length)))).toBe('unknown');
      expect(compared.length).toBeGreaterThan(before);
    }
    expect(admissions.admit(hello(ticket, session))).toBe('admitted');
    for (const wrong of ['', 'x', session.slice(1), `${session}x`]) {
      const before = compared.length;
      expect(admissions.admit(hello(undefined, wrong))).toBe('unknown');
      expect(compared.length).toBeGreaterThan(before);
    }
    const before = compared.length;
    expect(admissions.admit(hello(undefined, session))).toBe('admitted');
    expect(compared.length).toBeGreaterThan(before);
    expect(new Set(compared)).toEqual(new Set([32]));
  });
});
