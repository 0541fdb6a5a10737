/** One endpoint as it is typed: everything is text until it is checked. */
import * as s from '#shared/contract/strings.ts';
import type { Endpoint } from '#shared/protocol/dialects.ts';

export interface EndpointForm {
  readonly host: string;
  readonly port: string;
  readonly tls: boolean;
  readonly path: string;
}

export type EndpointPart = 'host' | 'port' | 'path';

export const emptyEndpoint: EndpointForm = { host: '', port: '443', tls: true, path: '' };

export function endpointForm({ host, port, tls, path }: Endpoint): EndpointForm {
  return { host, port: String(port), tls, path };
}

export function isSameEndpoint(one: EndpointForm, other: EndpointForm): boolean {
  return (
    one.host === other.host && one.port === other.port && one.tls === other.tls && one.path === other.path
  );
}

/** Switching TLS moves the port along, when it is the usual one. */
export function withTls(endpoint: EndpointForm, tls: boolean): EndpointForm {
  const usual = endpoint.tls ? '443' : '80';
  const port = endpoint.port === usual ? (tls ? '443' : '80') : endpoint.port;
  return { ...endpoint, tls, port };
}

/** An address that was pasted whole, taken apart. Undefined: it is no address. */
export function endpointFromUrl(text: string): EndpointForm | undefined {
  const match = /^(https?|wss?):\/\/\S+$/i.exec(text.trim());
  if (!match || !URL.canParse(text.trim())) return undefined;
  const url = new URL(text.trim());
  const tls = url.protocol === 'https:' || url.protocol === 'wss:';
  const path = url.pathname.replace(/\/+$/, '');
  // The protocol's own ends, in case a whole request was pasted.
  const prefix = path.replace(/\/apps?(\/.*)?$/, '');
  return { host: url.hostname, port: url.port || (tls ? '443' : '80'), tls, path: prefix };
}

export function endpointProblems(endpoint: EndpointForm): Readonly<Partial<Record<EndpointPart, string>>> {
  const found: Partial<Record<EndpointPart, string>> = {};
  const host = hostProblem(endpoint.host.trim());
  const port = portProblem(endpoint.port.trim());
  const path = pathProblem(endpoint.path.trim());
  if (host) found.host = host;
  if (port) found.port = port;
  if (path) found.path = path;
  return found;
}

/** Of an endpoint without problems. */
export function toEndpoint({ host, port, tls, path }: EndpointForm): Endpoint {
  return { host: host.trim(), port: Number(port.trim()), tls, path: path.trim() };
}

function hostProblem(host: string): string | undefined {
  if (host === '') return 'Enter a host name, such as ws.example.com.';
  if (s.hostName.safeParse(host).success) return undefined;
  if (host.includes('://')) return 'Enter the host alone, without https:// before it.';
  if (host.includes('/')) return 'Enter the host alone; what follows the slash belongs into the path.';
  if (/^[^:[\]]+:\d*$/.test(host)) return 'Enter the port in its own field.';
  if (/^[0-9.]+$/.test(host)) return 'This is no IPv4 address: it has four numbers from 0 to 255.';
  if (/^[0-9A-Fa-f:.]+$/.test(host) && host.includes(':')) return 'Put an IPv6 address into brackets: [::1].';
  if (/\s/.test(host)) return 'A host name has no spaces.';
  return 'This is not a host name: use letters, digits and hyphens, with single dots between.';
}

function portProblem(port: string): string | undefined {
  if (port === '') return 'Enter a port, such as 443.';
  if (!/^\d+$/.test(port)) return 'A port is a number.';
  const number = Number(port);
  return number >= 1 && number <= 65_535 ? undefined : 'A port is between 1 and 65535.';
}

function pathProblem(path: string): string | undefined {
  if (s.urlPath.safeParse(path).success) return undefined;
  if (!path.startsWith('/')) return 'Begin the path with a slash, or leave it empty.';
  if (path.endsWith('/')) return 'Leave out the slash at the end.';
  if (path.length > 200) return 'The path has more than 200 characters.';
  return 'Use letters, digits and _ ~ . % - between the slashes.';
}
