/**
 * Who may talk to the web host. The page's files are public; everything else wants the token, which only the
 * person who started the host has seen. No cookies: they ignore ports, so an app under test on another port of the
 * same address would be sent ours.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** 256 random bits, in characters that need no escaping in a URL's fragment. */
export function createToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Compares in constant time. */
export function isToken(expected: string, given: unknown): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The names under which this host is reached. Any other `Host` is DNS rebinding. */
export function trustedHosts(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

/**
 * Why a request is refused, or undefined.
 * @param isUpgrade browsers always send `Origin` with a WebSocket; a page's own files are often asked for without.
 */
export function refusal(request: IncomingMessage, port: number, isUpgrade: boolean): string | undefined {
  const { host, origin } = request.headers;
  if (!host || !trustedHosts(port).includes(host)) return 'This Host is not served here.';
  if (origin === undefined) return isUpgrade ? 'An Origin is needed.' : undefined;
  return origin === `http://${host}` ? undefined : 'This Origin is not served here.';
}
