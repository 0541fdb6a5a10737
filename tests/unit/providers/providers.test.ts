/** The kinds of credentials as data: whole, consistent, and what the providers’ own documentation says. */
import { describe, expect, it } from 'vitest';
import { contract } from '#shared/contract/index.ts';
import { dialects } from '#shared/protocol/dialects.ts';
import { describeProviders, findProvider, providers } from '../../../electron/providers/index.ts';
import { masterKeyPlan } from '../../../electron/rotation/master-key-plan.ts';
import { pairPlan } from '../../../electron/rotation/pair-plan.ts';

const plans = [pairPlan, masterKeyPlan].map(({ planId }) => planId);

describe.each(providers.map((provider) => [provider.label, provider] as const))('%s', (_label, provider) => {
  it('has fields of its own, each with where it may be', () => {
    const ids = provider.fields.map(({ fieldId }) => fieldId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(provider.fields.some(({ isSecret }) => isSecret)).toBe(true);
    for (const { isSecret, exposure, never, use } of provider.fields) {
      expect(use).toMatch(/\.$/);
      if (isSecret) expect(exposure).not.toBe('public');
      if (isSecret) expect(never).toMatch(/^Never /);
    }
  });

  it('has checks that need fields of its own, and rotation plans that exist', () => {
    const ids = provider.fields.map(({ fieldId }) => fieldId);
    expect(provider.checks.length).toBeGreaterThan(0);
    for (const { needs } of provider.checks) expect(ids).toEqual(expect.arrayContaining([...needs]));
    expect(plans).toEqual(expect.arrayContaining([...provider.rotation.planIds]));
  });

  it('has whole tables', () => {
    for (const { columns, rows } of provider.tables) {
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(row).toHaveLength(columns.length);
    }
  });
});

it('all of it can be sent to the page', () => {
  expect(contract.providers.list.output.parse({ providers: describeProviders() }).providers).toHaveLength(6);
});

it('every server of one’s own that a profile can name is a choice', () => {
  const field = findProvider('self-hosted').fields.find(({ fieldId }) => fieldId === 'dialect');
  const choices = field?.format.kind === 'choice' ? field.format.choices : [];
  const own = dialects.filter((dialect) => !['pusher', 'soketify', 'sandbox'].includes(dialect));
  expect([...choices].sort()).toEqual([...own].sort());
});

/** As Airship documents them, told again here so that a slip in the data is found. */
it('Airship’s map says what each feature takes', () => {
  const rows = findProvider('airship').tables[0]?.rows ?? [];
  const cell = (feature: string, column: number) => rows.find(([name]) => name === feature)?.[column];
  expect(rows.map(([feature]) => feature)).toEqual([
    'tags',
    'device token, APID, PIN registration',
    'push message',
    'rich push message',
    'user',
    'partner API (partners only)',
  ]);
  const [create, read, update, remove] = [1, 2, 3, 4];
  expect(cell('tags', create)).toBe('device + token');
  expect(cell('tags', remove)).toMatch(/all tags, all devices: master secret$/);
  expect(cell('device token, APID, PIN registration', read)).toMatch(/enumerate: master secret$/);
  expect(cell('push message', create)).toMatch(/^master secret .*push from device/);
  expect(cell('rich push message', update)).toBe('–');
  expect(cell('rich push message', remove)).toBe('user id + password');
  expect(cell('user', remove)).toMatch(/^user id \+ master secret/);
  expect(cell('partner API (partners only)', create)).toBe('partner key + secret');
});

it('IBM’s rule says when clientSecret is demanded', () => {
  const { rows = [] } = findProvider('ibm-push').tables[0] ?? {};
  expect(rows).toContainEqual(['device registration with a user id', 'demanded', 'demanded']);
  expect(rows[1]?.[1]).toMatch(/^off by default/);
  expect(rows[1]?.[2]).toBe('on, and fixed');
  expect(findProvider('ibm-push').legacy).toMatch(/2022/);
});

it('names the versions from which libraries know encrypted channels', () => {
  const { rows = [] } = findProvider('pusher').tables[0] ?? {};
  const version = (side: string, library: string) =>
    rows.find(([where, name]) => where === side && name === library)?.[2];
  const servers = { node: '4.3', go: '1.1.0', php: '3.2.0', python: '2.1.1', ruby: '1.4.0', java: '1.3.0' };
  for (const [library, from] of Object.entries(servers)) expect(version('server', library)).toBe(from);
  expect(version('server', 'dotnet')).toBe('4.5.0');
  expect(version('client', 'pusher-js')).toBe('4.3.0');
  expect(version('client', 'java')).toBe('2.1.0');
  expect(version('client', 'swift')).toBe('8.0');
  expect(version('client', 'dotnet')).toBe('2.1.0');
});
