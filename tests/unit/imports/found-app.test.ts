/** What is asked and assumed of an app that a file tells of, and the profile that it becomes. */
import { describe, expect, it } from 'vitest';
import type { FoundApp } from '#shared/contract/imports.ts';
import { completed, profileOf } from '../../../electron/imports/found-app.ts';
import { parseImport, previewOf } from '../../../electron/vault/import/index.ts';

function only(text: string): FoundApp {
  const [app, ...more] = previewOf(parseImport(Buffer.from(text)), () => '0'.repeat(16)).apps;
  if (!app || more.length > 0) throw new Error('The test’s file has another number of apps.');
  return app;
}

const as = { name: 'shop', environment: 'staging' } as const;
const given = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([fieldId, value]) => ({ fieldId, value }));

describe('what is asked', () => {
  it.each([
    ['PUSHER_KEY=k\nPUSHER_SECRET=s', ['appId', 'cluster']],
    ['PUSHER_SECRET=s', ['appId', 'key', 'cluster']],
    ['PUSHER_APP_ID=1\nPUSHER_KEY=k\nPUSHER_CLUSTER=eu', []],
    ['REVERB_APP_ID=1\nREVERB_APP_KEY=k', ['apiHost']],
    ['REVERB_APP_ID=1\nREVERB_APP_KEY=k\nREVERB_HOST=localhost', []],
    ['SOKETIFY_APP_KEY=k', ['appId']],
    ['AIRSHIP_APP_KEY=k\nAIRSHIP_MASTER_SECRET=s', ['site']],
    ['IBM_PUSH_CLIENT_SECRET=s', ['appGuid']],
    [`PUSHER_ENCRYPTION_MASTER_KEY_BASE64=${Buffer.alloc(32).toString('base64')}`, []],
  ])('of %s', (text, asks) => expect([...completed(only(text)).asks].sort()).toEqual([...asks].sort()));
});

describe('where an app is', () => {
  const place = (text: string, answers: Readonly<Record<string, string>> = {}) => {
    const profile = profileOf(only(`${text}\n`), as, given(answers));
    return profile.kind === 'app' ? profile.input.location : undefined;
  };
  const end = (host: string, port: number, tls: boolean, path = '') => ({ host, port, tls, path });

  it('is its cluster', () => {
    expect(place('PUSHER_APP_ID=1\nPUSHER_KEY=k\nPUSHER_CLUSTER=eu')).toEqual({
      kind: 'cluster',
      cluster: 'eu',
    });
    expect(place('PUSHER_APP_ID=1\nPUSHER_KEY=k', { cluster: ' ap1 ' })).toEqual({
      kind: 'cluster',
      cluster: 'ap1',
    });
  });

  it.each([
    ['REVERB_HOST=localhost', {}, end('localhost', 8080, false), end('localhost', 8080, false)],
    ['REVERB_HOST=ws.example.com', {}, end('ws.example.com', 443, true), end('ws.example.com', 443, true)],
    [
      'REVERB_HOST=ws.example.com\nREVERB_SCHEME=http',
      {},
      end('ws.example.com', 8080, false),
      end('ws.example.com', 8080, false),
    ],
    [
      'REVERB_HOST=ws.example.com\nREVERB_PORT=8080',
      {},
      end('ws.example.com', 8080, false),
      end('ws.example.com', 8080, false),
    ],
    [
      'REVERB_HOST=https://a.example:8443/x/',
      {},
      end('a.example', 8443, true, '/x'),
      end('a.example', 8443, true, '/x'),
    ],
    [
      'REVERB_HOST=127.0.0.1\nREVERB_PORT=8080\nREVERB_SCHEME=http\nVITE_REVERB_HOST=ws.example.com\nVITE_REVERB_PORT=443\nVITE_REVERB_SCHEME=https',
      {},
      end('127.0.0.1', 8080, false),
      end('ws.example.com', 443, true),
    ],
    [
      '',
      { apiHost: 'chat.example.com' },
      end('chat.example.com', 443, true),
      end('chat.example.com', 443, true),
    ],
    ['', { apiHost: '[::1]' }, end('[::1]', 8080, false), end('[::1]', 8080, false)],
  ])('%s', (text, answers, http, webSocket) => {
    expect(place(`REVERB_APP_ID=1\nREVERB_APP_KEY=k\n${text}`, answers)).toEqual({
      kind: 'endpoints',
      http,
      webSocket,
    });
  });

  it('is Soketify’s own, where nothing else is said', () => {
    expect(place('SOKETIFY_APP_KEY=k\nSOKETIFY_APP_ID=1')).toEqual({
      kind: 'endpoints',
      http: end('api.soketify.com', 443, true),
      webSocket: end('ws.soketify.com', 443, true),
    });
  });

  it('is said to be assumed as far as the file does not say it', () => {
    const { assumed } = completed(only('REVERB_APP_ID=1\nREVERB_APP_KEY=k\nREVERB_HOST=localhost'));
    expect(Object.fromEntries(assumed.map(({ fieldId, value }) => [fieldId, value]))).toEqual({
      apiTls: 'false',
      apiPort: '8080',
      socketTls: 'false',
      socketPort: '8080',
    });
  });
});

it('a service has its public fields', () => {
  const app = only('AIRSHIP_APP_KEY=k\nAIRSHIP_MASTER_SECRET=s');
  expect(profileOf(app, as, given({ site: 'go.airship.eu' }))).toEqual({
    kind: 'service',
    input: {
      ...as,
      provider: 'airship',
      fields: [
        { fieldId: 'appKey', value: 'k' },
        { fieldId: 'site', value: 'go.airship.eu' },
      ],
    },
  });
});

it.each([
  [{ appId: '1' }, /missing.*Cluster/],
  [{ appId: '1', cluster: '' }, /missing.*Cluster/],
  [{ appId: '../x', cluster: 'eu' }, /^App id: /],
  [{ appId: '1', cluster: 'eu', secret: 'x' }, /no such public field/],
])('what can’t be made of it is said: %j', (answers, words) => {
  const app = only('PUSHER_KEY=k\nPUSHER_SECRET=s');
  expect(() => profileOf(app, as, given(answers))).toThrow(words);
});
