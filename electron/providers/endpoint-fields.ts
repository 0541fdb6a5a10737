/** Where a server is that is not found by a cluster’s name: the HTTP API and the WebSocket each have a place. */
import type { Field } from './provider.ts';

interface Preset {
  readonly host?: string;
}

const port: Field['format'] = {
  kind: 'pattern',
  pattern: /^(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/,
  description: 'A number from 1 to 65535.',
};

function endpoint(prefix: 'api' | 'socket', what: string, use: string, { host }: Preset): readonly Field[] {
  const common = { isSecret: false, exposure: 'public', never: null } as const;
  return [
    {
      ...common,
      fieldId: `${prefix}Host`,
      label: `${what} host`,
      isRequired: true,
      format: { kind: 'text' },
      use: host ? `${use} The provider’s is ${host}.` : use,
    },
    { ...common, fieldId: `${prefix}Port`, label: `${what} port`, isRequired: true, format: port, use },
    {
      ...common,
      fieldId: `${prefix}Tls`,
      label: `${what} over TLS`,
      isRequired: true,
      format: { kind: 'choice', choices: ['yes', 'no'] },
      use: 'Without TLS, whoever is on the way reads everything but encrypted payloads.',
    },
    {
      ...common,
      fieldId: `${prefix}Path`,
      label: `${what} path prefix`,
      isRequired: false,
      format: {
        kind: 'pattern',
        pattern: /^(?:\/[A-Za-z0-9_~.%-]+)*$/,
        description: 'Such as /realtime, without a slash at its end.',
      },
      use: 'Only behind a proxy that puts the server under a path. Some servers strip it before they check a signature.',
    },
  ];
}

export const httpEndpoint = (preset: Preset = {}) =>
  endpoint('api', 'HTTP API', 'Servers publish and ask here.', preset);

export const webSocketEndpoint = (preset: Preset = {}) =>
  endpoint('socket', 'WebSocket', 'Clients connect here.', preset);
