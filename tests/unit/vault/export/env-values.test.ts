import { describe, expect, test } from 'vitest';
import { envLoaders, writeEnvValue } from '../../../../electron/vault/export/env-values.ts';
import { installedLoaders } from '../../../support/env-loaders.ts';
import type { SeededRandom } from '../../../support/seeded-random.ts';
import { roundsInTurn } from '../../../support/soak.ts';

const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join('');

/** Values as secrets are, and as they could be at worst. */
function randomValue(random: SeededRandom): string {
  const alphabets = ['abcdef0123456789', `${printable}é中`, `abc'"\\$\`#!{}()~ `, `ab\${}'"`, "a'#!$"];
  return random.text(random.pick(alphabets), 1, 24).trim() || 'x';
}

describe('a value', () => {
  test.each([
    ['0123456789abcdef', '0123456789abcdef', []],
    ['a+b/c==', 'a+b/c==', []],
    ['a#b', "'a#b'", ['docker']],
    ["it's", `"it's"`, ['docker']],
    ['a$b', `"a\\$b"`, ['node', 'python', 'compose', 'docker']],
    ['$(reboot)', `'$(reboot)'`, ['vite', 'docker']],
  ] as const)('%s is written as %s', (value, text, notReadBy) => {
    const loader = notReadBy.length === 4 ? 'vite' : 'node';
    const written = writeEnvValue(value, loader);
    expect(written?.text).toBe(text);
    expect(envLoaders.filter((other) => !written?.readBy.includes(other))).toEqual(notReadBy);
  });

  test('that has a line break is not written', () => {
    for (const value of ['a\nb', 'a\rb', 'a\u0000', 'a\u2028b'])
      expect(writeEnvValue(value, 'shell')).toBeUndefined();
  });

  test('that no form can hold is not written', () => {
    expect(writeEnvValue(`'"`, 'node')).toBeUndefined();
    expect(writeEnvValue("'`", 'phpdotenv')).toBeUndefined();
    expect(writeEnvValue('"$', 'vite')).toBeUndefined();
    expect(writeEnvValue(`'!`, 'shell')).toBeUndefined();
  });
});

describe('real loaders read back what is said of them', () => {
  const loaders = installedLoaders();

  test('Node’s, Vite’s and the shell’s are here', () => {
    expect(loaders.map(({ loader }) => loader)).toEqual(expect.arrayContaining(['node', 'vite', 'shell']));
  });

  test.each(loaders.map(({ loader, read }) => [loader, read] as const))('%s', async (loader, read) => {
    const values: string[] = [];
    await roundsInTurn({ inTest: 400, inSoak: 5_000 }, (random) => void values.push(randomValue(random)));
    let compared = 0;
    for (const target of envLoaders) {
      const cases = values.flatMap((value, index) => {
        const written = writeEnvValue(value, target);
        return written?.readBy.includes(loader) ? [{ value, line: `V${index}=${written.text}` }] : [];
      });
      const found = read(cases.map(({ line }) => line));
      for (const [index, { value, line }] of cases.entries()) expect(found[index], line).toBe(value);
      compared += cases.length;
    }
    expect(compared).toBeGreaterThan(400);
  });

  test('sourcing any line runs nothing, also where the shell reads it differently', () => {
    const shell = loaders.find(({ loader }) => loader === 'shell');
    const bait = [
      '$(echo x >ran)',
      '`echo x >ran`',
      "'; echo x >ran; '",
      '"; echo x >ran; "',
      '\\',
      '$',
      `\${x}`,
      '~root',
      '*',
      '! echo',
      "a'b$(echo x >ran)",
    ];
    for (const target of envLoaders) {
      const lines = bait.flatMap((value, index) => {
        const written = writeEnvValue(value, target);
        return written ? [`V${index}=${written.text}`] : [];
      });
      // With -eu, anything that is run or expanded fails, since there is no program and no variable.
      expect(() => shell?.read(lines)).not.toThrow();
    }
  });
});
