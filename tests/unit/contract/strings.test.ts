/** The contract itself: nothing that leaves the main side may be a string without a name. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { revealedSecret } from '#shared/contract/exits.ts';
import { contract } from '#shared/contract/index.ts';
import { enteredSecret } from '#shared/contract/inputs.ts';
import { appId, appKey, hostName, stringNames, urlPath } from '#shared/contract/strings.ts';

/** Paths of strings that have no name, in everything that can leave. */
function unnamedStrings(schema: z.core.$ZodType, path: string): string[] {
  const { def } = schema._zod;
  const inside = (inner: z.core.$ZodType, step = '') => unnamedStrings(inner, path + step);
  switch (def.type) {
    case 'string':
      return stringNames.get(schema as z.ZodType<string>)?.name ? [] : [path];
    case 'number':
    case 'boolean':
    case 'null':
    case 'enum':
    case 'literal':
      return [];
    case 'object':
      return Object.entries((def as z.core.$ZodObjectDef).shape).flatMap(([key, value]) =>
        inside(value, `.${key}`),
      );
    case 'array':
      return inside((def as z.core.$ZodArrayDef).element, '[]');
    case 'optional':
    case 'nullable':
      return inside((def as z.core.$ZodOptionalDef).innerType);
    case 'union':
      return (def as z.core.$ZodUnionDef).options.flatMap((option) => inside(option, '|'));
    default:
      return [`${path} (a ${def.type} hides what is in it)`];
  }
}

const outgoing = Object.entries(contract).flatMap(([feature, members]) =>
  Object.entries(members).map(([name, member]): [string, z.ZodType] => [
    `${feature}.${name}`,
    member.kind === 'call' ? member.output : member.payload,
  ]),
);

/** All that may let a secret out: one field of one method. */
const exits: Readonly<Record<string, readonly string[]>> = {
  'vault.revealSecret': ['vault.revealSecret.value'],
};

describe('the contract', () => {
  it.each(outgoing)('%s lets out named strings only', (name, schema) => {
    expect(unnamedStrings(schema, name)).toEqual(exits[name] ?? []);
  });

  it('lets a secret out only to a user who has just been asked', () => {
    const input = { credentialId: '7b6f1a52-5f4e-4d6b-9b61-0a1f0b6a1c11', purpose: 'show' };
    const accepts = (confirmed: unknown) =>
      contract.vault.revealSecret.input.safeParse({ ...input, confirmed }).success;
    expect(accepts(true)).toBe(true);
    for (const other of [false, undefined, null, 'true', 1]) expect(accepts(other)).toBe(false);
    expect(contract.vault.revealSecret.input.safeParse(input).success).toBe(false);
  });

  it('has no name for a secret that is being entered, or let out', () => {
    expect(stringNames.has(enteredSecret)).toBe(false);
    expect(stringNames.has(revealedSecret)).toBe(false);
  });

  it('would notice a bare string, and an entered secret, in an output', () => {
    expect(unnamedStrings(z.strictObject({ value: z.string() }), 'x')).toEqual(['x.value']);
    expect(unnamedStrings(z.array(z.strictObject({ value: enteredSecret })), 'x')).toEqual(['x[].value']);
    expect(unnamedStrings(z.unknown(), 'x')).toHaveLength(1);
  });

  it('refuses unknown keys in every input', () => {
    for (const [feature, members] of Object.entries(contract)) {
      for (const [name, member] of Object.entries(members)) {
        if (member.kind !== 'call') continue;
        const result = member.input.safeParse({ thereIsNoSuchKey: 1 });
        expect(result.success, `${feature}.${name}`).toBe(false);
        expect(result.error?.issues.some(({ code }: { code: string }) => code === 'unrecognized_keys')).toBe(
          true,
        );
      }
    }
  });
});

describe('a host name', () => {
  it.each([
    'localhost',
    'api_server',
    'a-b.example.',
    '127.0.0.1',
    '[::1]',
    '[::ffff:1.2.3.4]',
    'xn--bcher-kva.example',
  ])('may be %s', (host) => expect(hostName.safeParse(host).success).toBe(true));

  it.each([
    '',
    '.',
    '..',
    'a..b',
    '.a',
    '256.256.256.256',
    '1.2.3.4.5',
    'a.1',
    '::1',
    '[::zz]',
    '[::1',
    'a b',
    'a:1',
    'a/b',
    'a@b',
    'é.example',
    `${'a'.repeat(64)}.example`,
    'a.'.repeat(130),
  ])('may not be “%s”', (host) => expect(hostName.safeParse(host).success).toBe(false));
});

describe('what becomes a part of a URL’s path', () => {
  it('may not be a step that URLs leave out', () => {
    for (const name of ['.', '..']) {
      expect(appId.safeParse(name).success, name).toBe(false);
      expect(appKey.safeParse(name).success, name).toBe(false);
    }
    for (const path of ['/.', '/..', '/a/../b', '/%2e%2E', '/.%2e/a']) {
      expect(urlPath.safeParse(path).success, path).toBe(false);
    }
    for (const name of ['1', '...', '.a', 'a.']) expect(appId.safeParse(name).success, name).toBe(true);
    for (const path of ['', '/realtime', '/a/...', '/.well-known/x', '/%2e%2e%2e']) {
      expect(urlPath.safeParse(path).success, path).toBe(true);
    }
  });
});
