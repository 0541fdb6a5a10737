/** The form that a value must have to be kept, and what is told of one that has not. Nothing here repeats a value. */
import type * as z from 'zod';
import * as s from '#shared/contract/strings.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { encodeBase64, masterKeyBytes, parseMasterKey } from '../../signing/index.ts';
import { canonicalSecret } from '../secret-forms.ts';
import type { ImportFieldId } from './model.ts';

export type Checked =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly why: string };

const forms: Partial<Record<ImportFieldId, z.ZodType<string>>> = {
  appId: s.appId,
  key: s.appKey,
  cluster: s.clusterName,
  apiHost: s.hostName,
  socketHost: s.hostName,
  apiPath: s.urlPath,
  socketPath: s.urlPath,
  appName: s.label,
};

/** The value as it can be kept: what the profile or the vault takes, and nothing else. */
export function checkField(id: ImportFieldId, value: string, isSecret: boolean): Checked {
  if (id === 'masterKey') return checked(() => encodeBase64(parseMasterKey(value)));
  if (isSecret) return checked(() => canonicalSecret('text', value));
  const form = forms[id];
  if (form) {
    const result = parseUnknown(form, value);
    return result.success ? { ok: true, value: result.data } : { ok: false, why: 'Its form can’t be right.' };
  }
  return /^[\x21-\x7e]{1,300}$/.test(value)
    ? { ok: true, value }
    : { ok: false, why: 'It has white space or unusual characters in it.' };
}

function checked(canonical: () => string): Checked {
  try {
    return { ok: true, value: canonical() };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, why: error.message };
    throw error;
  }
}

/**
 * Before the libraries took base64, a master key was 32 characters as they are (`encryptionMasterKey`). They are the same
 * 32 bytes. Undefined if the text can't be one.
 */
export function masterKeyFromCharacters(text: string): string | undefined {
  const bytes = new TextEncoder().encode(text);
  return bytes.length === masterKeyBytes && /^[\x21-\x7e]+$/.test(text) ? encodeBase64(bytes) : undefined;
}

export function parsePort(text: string): string | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? String(port) : undefined;
}

/** `true` and `false`, from the ways in which schemes and switches are written. */
export function parseTls(text: string): 'true' | 'false' | undefined {
  if (/^(?:https|wss|true|1|yes|on)$/i.test(text)) return 'true';
  if (/^(?:http|ws|false|0|no|off)$/i.test(text)) return 'false';
  return undefined;
}

export interface HostParts {
  readonly host: string;
  readonly port: string | undefined;
  readonly tls: 'true' | 'false' | undefined;
  readonly path: string | undefined;
  /** The address that a server listens on stands for every address of its machine: no client can connect to it. */
  readonly isBindAddress: boolean;
}

/** A host as people write it: alone, with a port, or as a whole URL. */
export function parseHost(text: string): HostParts {
  const found =
    /^(?:(https?|wss?):\/\/)?(\[[0-9a-f:]{2,45}\]|[^\s/:?#]{1,253})(?::(\d{1,5}))?(\/[^?#]{0,200})?$/i.exec(
      text,
    );
  const [, scheme = '', host = text, port = '', path = ''] = found ?? [];
  const isBindAddress = host === '0.0.0.0' || host === '[::]' || text === '::';
  return {
    host: isBindAddress ? '127.0.0.1' : host.toLowerCase(),
    port: parsePort(port),
    tls: parseTls(scheme),
    path: path === '' ? undefined : withoutSlashesAtEnd(path),
    isBindAddress,
  };
}

/** A loop: as a pattern this takes the square of the time on a text that is all slashes. */
export function withoutSlashesAtEnd(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end--;
  return path.slice(0, end);
}

export interface PusherUrl {
  readonly key: string;
  readonly secret: string;
  readonly appId: string;
  readonly origin: string;
}

/** `https://KEY:SECRET@HOST/apps/ID`, which the Ruby, Python and Go libraries and Heroku's add-on use. */
export function parsePusherUrl(text: string): PusherUrl | undefined {
  const found =
    /^(https?:\/\/)([^\s:@/]{1,500}):([^\s:@/]{1,4000})@([^\s@/]{1,300})\/apps\/([^\s/?#]{1,200})\/?$/.exec(
      text,
    );
  if (!found) return undefined;
  const [, scheme = '', key = '', secret = '', host = '', appId = ''] = found;
  try {
    return {
      key: decodeURIComponent(key),
      secret: decodeURIComponent(secret),
      appId: decodeURIComponent(appId),
      origin: `${scheme}${host}`,
    };
  } catch {
    return undefined;
  }
}

/** The cluster that one of Pusher's own hosts belongs to, and whether the host is one of Pusher's at all. */
export function clusterOfHost(host: string): string | 'none' | undefined {
  if (!/(?:^|\.)(?:pusher|pusherapp)\.com$/.test(host)) return undefined;
  if (host.endsWith('pusherapp.com')) return 'mt1';
  return /^(?:api|ws|sockjs)-([a-z0-9]+)\.pusher\.com$/.exec(host)?.[1] ?? 'none';
}

/** What stands in example files in the place of a value. */
export function isPlaceholder(text: string): boolean {
  if (text.length > 120) return false;
  return (
    /^(?:your|my|enter|insert|put|paste|add|replace|change|set|generate|todo|fixme|example|placeholder|dummy|fake)(?:[^a-z0-9]|$)/i.test(
      text,
    ) ||
    /^(?:your|my)(?:app|pusher|key|secret|id)/i.test(text) ||
    /^(?:change_?me|secret|app_?secret|app_?key|app_?id|master_?key|pusher[-_](?:secret|key|id)|(?:app|your)[-_](?:id|key|secret)[-_]here)$/i.test(
      text,
    ) ||
    /[-_ ](?:here|goes[-_ ]here|placeholder)$/i.test(text) ||
    /^(?:x{3,}|\*{3,}|\.{3,}|-{3,}|_{3,}|•{3,}|\?{3,}|#{3,}|0{8,})$/i.test(text) ||
    /^(?:<[^>]*>|\{\{[^}]*\}\}|\[[^\]]*\]|__[A-Z0-9_]+__|%[A-Z0-9_]+%)$/i.test(text)
  );
}

/** soketi's and Sockudo's own, known to everyone: `app-id`, `app-key`, `app-secret`. */
export const defaultCredentials = { appId: 'app-id', key: 'app-key', secret: 'app-secret' } as const;

/** What Laravel and others write for “no value”. */
export function isNothing(text: string): boolean {
  return /^(?:|~|null|\(null\)|nil|none|undefined|empty|\(empty\))$/i.test(text);
}
