/** The search that the leak tests rest on finds what was planted: in every spelling, wherever it lies, whole or cut. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Finding, SecretSearch } from '../../support/secret-search.ts';
import { leastCharacters, spellingsOf } from '../../support/secret-spellings.ts';
import { roundsInTurn } from '../../support/soak.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const hex = randomBytes(10).toString('hex');
const base64 = randomBytes(32).toString('base64');
/** With all that is written in another way in URLs, in JSON or in two bytes. */
const awkward = `${randomBytes(6).toString('base64')}"\\/é☕%&+='(${randomBytes(6).toString('base64')}`;
const latin = `${randomBytes(6).toString('base64')}éÿ~*!${randomBytes(6).toString('base64')}`;
const bytes = randomBytes(32);
const secrets = [
  { name: 'hex', value: hex },
  { name: 'base64', value: base64 },
  { name: 'awkward', value: awkward },
  { name: 'latin', value: latin },
  { name: 'bytes', value: bytes },
];
const search = new SecretSearch(secrets);
/** Without zeros, between which UTF-16 reads both ways. */
const noise = (length: number) => randomBytes(length).map((byte) => byte || 1);
const inNoise = (...parts: readonly Uint8Array[]) => Buffer.concat([noise(1000), ...parts, noise(1000)]);
const found = (findings: readonly Finding[]) => findings.map(({ secret, isWhole }) => `${secret} ${isWhole}`);

/** Made here in other ways than in the search itself. */
const encoders: Readonly<Record<string, (text: string) => Uint8Array | string>> = {
  text: (text) => text,
  'UTF-16 LE': (text) => Buffer.from(text, 'utf16le'),
  'UTF-16 BE': (text) => Buffer.from(text, 'utf16le').swap16(),
  hex: (text) => Buffer.from(text).toString('hex'),
  'hex in capitals': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'hex in UTF-16': (text) => Buffer.from(Buffer.from(text).toString('hex'), 'utf16le'),
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 without padding': (text) => Buffer.from(text).toString('base64').replaceAll('=', ''),
  'base64 after one byte': (text) => Buffer.from(`:${text}`).toString('base64'),
  'base64 after two bytes': (text) => Buffer.from(`::${text}`).toString('base64'),
  'base64 within more': (text) => Buffer.from(`a:${text}:and so on`).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64url after one byte': (text) => Buffer.from(`:${text}`).toString('base64url'),
  'base64url after two bytes': (text) => Buffer.from(`::${text}`).toString('base64url'),
  'base64 in UTF-16': (text) => Buffer.from(Buffer.from(text).toString('base64'), 'utf16le'),
  'a URL': (text) => new URL(`http://x/?q=${encodeURIComponent(text)}`).href,
  'a form': (text) => new URLSearchParams({ q: text }).toString(),
  'a URL in small letters': (text) => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
  JSON: (text) => JSON.stringify({ value: text }),
  'JSON within JSON': (text) => JSON.stringify({ data: JSON.stringify({ value: text }) }),
  'JSON in ASCII': (text) =>
    JSON.stringify(text).replace(
      /[^ -~]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  'JSON in UTF-16': (text) => Buffer.from(JSON.stringify({ value: text }), 'utf16le'),
};

describe('the search for secrets', () => {
  it.each(Object.keys(encoders))('finds each of them as %s', (name) => {
    for (const { name: secret, value } of secrets) {
      if (typeof value !== 'string') continue;
      const encoded = Buffer.from(encoders[name]?.(value) ?? '');
      expect(found(search.inBytes('x', inNoise(encoded))), secret).toEqual([`${secret} true`]);
    }
  });

  it('finds a text that V8 keeps in one byte a character', () => {
    expect(found(search.inBytes('x', inNoise(Buffer.from(latin, 'latin1'))))).toEqual(['latin true']);
  });

  it.each(['latin1', 'hex', 'base64', 'base64url'] as const)(
    'finds bytes, and what they are in %s',
    (form) => {
      const encoded = Buffer.from(bytes.toString(form), form === 'latin1' ? 'latin1' : 'utf8');
      expect(found(search.inBytes('x', inNoise(encoded)))).toEqual(['bytes true']);
    },
  );

  it('names the place and the spelling, and never the secret', () => {
    const [finding] = search.inBytes('a place', inNoise(Buffer.from(hex, 'utf16le')));
    expect(finding).toEqual({
      secret: 'hex',
      spelling: 'text, UTF-16',
      where: 'a place',
      offset: 1000,
      isWhole: true,
    });
  });

  it('finds every spelling that it claims, wherever the border between two chunks is', () => {
    for (const secret of secrets) {
      for (const { name, bytes: form } of spellingsOf(secret)) {
        const text = inNoise(form);
        const isAllTried = name === 'text';
        for (let border = 999; border <= 1001 + form.length; border += isAllTried ? 1 : 9) {
          const stream = search.stream('x');
          stream.push(text.subarray(0, border));
          stream.push(text.subarray(border));
          const findings = stream.end();
          expect(found(findings), `${secret.name} as ${name}, cut at ${border}`).toEqual([
            `${secret.name} true`,
          ]);
          expect(findings[0]?.offset).toBe(1000);
        }
      }
    }
  });

  it('finds what lies across many chunks of any size, as often as it is there', async () => {
    await roundsInTurn({ inTest: 100, inSoak: 10_000 }, (random) => {
      const copies = random.integer(0, 5);
      const parts = Array.from({ length: copies }, () => [
        randomBytes(random.integer(0, 300)),
        Buffer.from(hex, random.pick(['utf8', 'utf16le'])),
        // What comes right before and after may not look like more of it.
        Buffer.from('|'),
      ]).flat();
      const text = Buffer.concat([...parts, randomBytes(random.integer(0, 100))]);
      const stream = search.stream('x');
      for (let at = 0; at < text.length; ) {
        const size = random.integer(1, 200);
        stream.push(text.subarray(at, at + size));
        at += size;
      }
      expect(stream.end()).toHaveLength(copies);
    });
  });

  it('finds it at the very beginning, at the very end, and right after itself', () => {
    expect(search.inText('x', `${hex}${hex}`).map(({ offset }) => offset)).toEqual([0, hex.length]);
  });

  it('finds a part of it, down to twelve characters, in every spelling', () => {
    for (const secret of secrets) {
      for (const { name, bytes: form, leastRun } of spellingsOf(secret)) {
        for (let from = 0; from + leastRun < form.length; from += 3) {
          const part = form.subarray(from, from + leastRun);
          const text = inNoise(Buffer.alloc(9, '|'), part, Buffer.alloc(9, '|'));
          expect(found(search.inBytes('x', text)), `${secret.name} as ${name}`).toContain(
            `${secret.name} false`,
          );
        }
      }
    }
    expect(search.inText('x', hex.slice(0, leastCharacters - 1))).toEqual([]);
  });

  it('finds nothing where nothing is', () => {
    const other = [randomBytes(20).toString('hex'), randomBytes(33).toString('base64')].join('\n');
    expect(search.inText('x', other.repeat(100))).toEqual([]);
    expect(search.inBytes('x', randomBytes(8 * 1024 * 1024))).toEqual([]);
    expect(search.inBytes('x', Buffer.alloc(1024 * 1024))).toEqual([]);
    expect(search.inText('x', '')).toEqual([]);
  });

  it('goes through every file of a folder, and their names', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'a', '.hidden'), { recursive: true });
    writeFileSync(
      join(folder, 'a', '.hidden', 'large'),
      Buffer.concat([randomBytes(9_000_000), Buffer.from(hex)]),
    );
    writeFileSync(join(folder, 'a', encodeURIComponent(base64)), '');
    writeFileSync(join(folder, 'empty'), '');
    const { findings, fileCount } = await search.inFolder(folder);
    expect(fileCount).toBe(3);
    expect(found(findings).toSorted()).toEqual(['base64 true', 'hex true']);
    expect(findings.map(({ where }) => where).join()).toContain('.hidden');
  });

  it('refuses to look for what is too short to be told from chance', () => {
    expect(() => new SecretSearch([{ name: 'short', value: 'abcdefghijk' }])).toThrow('“short” is too short');
  });
});
