/** `protocol`: the app's own scheme, answered by the app, and carried to Chromium as it was answered. */
import type { Protocol } from 'electron';
import { standsFor } from '../stands-for.ts';
import { lifecycle } from './lifecycle.ts';
import { SchemeMap } from './scheme-map.ts';

type Handler = Parameters<Protocol['handle']>[1];

export const schemes = new SchemeMap();
const handlers = new Map<string, Handler>();

/** What https has as well. Another privilege, or one less, would not be shown truthfully. */
const shownPrivileges = ['secure', 'standard', 'supportFetchAPI'];

export const protocol = standsFor<Protocol>('protocol')({
  registerSchemesAsPrivileged(customSchemes) {
    lifecycle.requireStarting('protocol.registerSchemesAsPrivileged');
    for (const { scheme, privileges = {} } of customSchemes) {
      const granted = Object.entries(privileges).flatMap(([name, isGranted]) => (isGranted ? [name] : []));
      if (granted.sort().join() !== shownPrivileges.join()) {
        throw new Error(
          `The stand-in for Electron can’t show a scheme with the privileges ${granted.join()}.`,
        );
      }
      schemes.add(scheme);
    }
  },
  handle(scheme, handler) {
    lifecycle.requireReady('protocol.handle');
    handlers.set(scheme, handler);
  },
});

/** The app's answer to a request; undefined: the URL is none of its schemes. */
export async function answerRequest(request: {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}): Promise<Response | undefined> {
  const handler = handlers.get(new URL(request.url).protocol.slice(0, -1));
  if (!handler) return undefined;
  // Electron's global types and Node's describe the same `Request` and `Response`.
  return handler(new Request(request.url, { method: request.method, headers: { ...request.headers } }));
}
