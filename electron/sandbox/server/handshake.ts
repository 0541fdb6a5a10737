/** What a client asks for when it connects: `/app/KEY?protocol=7&client=NAME&version=V`. */
import type { AppStore, SandboxApp } from './app-store.ts';

/** 5 wrote event data as JSON text, 6 added the activity timeout, 7 clearer states: one server can speak them all. */
const protocolVersions = ['5', '6', '7'];

export type Handshake =
  | { readonly ok: true; readonly app: SandboxApp; readonly key: string }
  | { readonly ok: false; readonly code: number; readonly message: string };

/** @param connectionLimit For each app. */
export function readHandshake(url: string, apps: AppStore, connectionLimit: number): Handshake {
  const [path = '', query = ''] = splitOnce(url, '?');
  const [, key] = /^\/app\/([^/]+)$/.exec(path) ?? [];
  if (key === undefined) return refuse(4005, 'There is nothing at this path. Connect to /app/KEY.');

  const parameters = new URLSearchParams(query);
  const protocol = parameters.get('protocol') ?? '';
  if (protocol === '') return refuse(4008, 'No protocol version was given.');
  if (!protocolVersions.includes(protocol)) {
    return refuse(4007, `This server speaks protocol versions ${protocolVersions.join(', ')}.`);
  }
  const version = parameters.get('version');
  if (version !== null && !/^\d[\w.+-]{0,49}$/.test(version)) {
    return refuse(4006, 'The version string is invalid.');
  }
  const app = apps.findByKey(key);
  if (!app) return refuse(4001, 'No app has this key. It may have been revoked.');
  if (!app.isEnabled) return refuse(4003, 'The app is disabled.');
  if (app.connections.size >= connectionLimit) {
    return refuse(4004, `The app is over its quota of ${connectionLimit} connections.`);
  }
  return { ok: true, app, key };
}

function refuse(code: number, message: string): Handshake {
  return { ok: false, code, message };
}

export function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
