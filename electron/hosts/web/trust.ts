/**
 * Which requests the web host answers at all. The page's files are public; everything else wants a ticket or a session
 * (admissions.ts). No cookies: they ignore ports, so an app under test on another port of the same address would be
 * sent ours.
 */
import type { IncomingMessage } from 'node:http';

/** The names under which this host is reached. Any other `Host` is DNS rebinding. */
export function trustedHosts(port: number): readonly string[] {
  const names = ['127.0.0.1', 'localhost'];
  // Browsers leave HTTP's own port out.
  return names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));
}

/**
 * Why a request is refused, or undefined. Reads `Host` itself: what a proxy says that it was asked for
 * (`X-Forwarded-Host`, an absolute request target) is anybody's to write.
 * @param isUpgrade browsers always send `Origin` with a WebSocket; a page's own files are often asked for without.
 */
export function refusal(request: IncomingMessage, port: number, isUpgrade: boolean): string | undefined {
  const { host: hosts = [], origin: origins = [] } = request.headersDistinct;
  const [host, origin] = [hosts[0], origins[0]];
  if (host === undefined || hosts.length > 1 || !trustedHosts(port).includes(host))
    return 'This Host is not served here.';
  if (origin === undefined) return isUpgrade ? 'An Origin is needed.' : undefined;
  return origins.length === 1 && origin === `http://${host}` ? undefined : 'This Origin is not served here.';
}
