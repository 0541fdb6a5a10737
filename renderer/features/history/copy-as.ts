/** An event in the forms that people paste elsewhere. None of them holds a secret: what signs is a variable. */
import type { Detail } from '#shared/contract/history.ts';
import type { Location } from '#shared/contract/profiles.ts';
import { clusterEndpoints } from '#shared/protocol/dialects.ts';

/** The frame, with its data parsed if it is JSON, so that it can be read. */
export function asJson({ raw, data, isJson, row }: Detail): string {
  const { channel, event } = row;
  if (row.kind === 'undecodable' || row.kind === 'note') return raw;
  // As text, and not by JSON.parse: numbers keep their digits.
  const members = [
    ...(event === null ? [] : [`  "event": ${JSON.stringify(event)}`]),
    ...(channel === null ? [] : [`  "channel": ${JSON.stringify(channel)}`]),
    ...(data === null ? [] : [`  "data": ${isJson ? data : JSON.stringify(data)}`]),
  ];
  return `{\n${members.join(',\n')}\n}`;
}

export interface PublishPlace {
  readonly appId: string;
  readonly key: string;
  readonly location: Location;
}

/**
 * A shell command that publishes the event again: signed by openssl with the secret in `PUSHER_SECRET`, which
 * `latchkey exec` puts there. Source of the signature: pusher/docs, server_api/http_api.
 */
export function asCurl({ row, data, ciphertext }: Detail, { appId, key, location }: PublishPlace): string {
  const { host, port, tls, path } =
    location.kind === 'cluster' ? clusterEndpoints(location.cluster).http : location.http;
  // What was encrypted goes out as it came: the same ciphertext, which the same key opens.
  const sent = ciphertext ? JSON.stringify(ciphertext) : (data ?? '');
  const body = JSON.stringify({ name: row.event ?? '', channel: row.channel ?? '', data: sent });
  return [
    `BODY=${quoted(body)}`,
    `MD5=$(printf %s "$BODY" | openssl md5 | sed 's/^.* //')`,
    `QUERY="auth_key=${key}&auth_timestamp=$(date +%s)&auth_version=1.0&body_md5=$MD5"`,
    `SIGNATURE=$(printf 'POST\\n/apps/${appId}/events\\n%s' "$QUERY" | openssl sha256 -hmac "$PUSHER_SECRET" | sed 's/^.* //')`,
    `curl -H 'Content-Type: application/json' -d "$BODY" "${tls ? 'https' : 'http'}://${host}:${port}${path}/apps/${appId}/events?$QUERY&auth_signature=$SIGNATURE"`,
  ].join('\n');
}

/** A frame and what it is to be read as, for a test of the user's own. */
export function asFixture({ raw, row, data, isJson }: Detail): string {
  const expected = data === null ? 'null' : isJson ? data : JSON.stringify(data);
  return [
    `// ${row.direction === 'out' ? 'Sent' : 'Received'} ${new Date(row.at).toISOString()}, ${row.sizeBytes} bytes`,
    `export const frame = ${JSON.stringify(raw)};`,
    `export const expected = {`,
    `  event: ${JSON.stringify(row.event)},`,
    `  channel: ${JSON.stringify(row.channel)},`,
    `  data: ${expected},`,
    `};`,
  ].join('\n');
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
