/** An import is found whatever it is written as. */
import { describe, expect, it } from 'vitest';
import { checkSource } from '../../../scripts/check-boundaries.mjs';

describe('finding imports', () => {
  it.each([
    ["import keytar from 'keytar';"],
    ["import 'keytar';"],
    ["import type { Keytar } from 'keytar';"],
    ["import { type Keytar } from 'keytar';"],
    ["import * as keytar from 'keytar';"],
    ["export * from 'keytar';"],
    ["export { getPassword } from 'keytar';"],
    ["export type { Keytar } from 'keytar';"],
    ["const keytar = await import('keytar');"],
    ['const keytar = await import(`keytar`);'],
    ["const keytar = require('keytar');"],
    ["const path = require.resolve('keytar');"],
    ["const path = import.meta.resolve('keytar');"],
    ["import keytar = require('keytar');"],
    ["let stored: import('keytar').Keytar;"],
    ["import native from 'keytar/build/Release/keytar.node';"],
  ])('sees %s', (source) => {
    const found = checkSource('electron/vault/process.ts', `${source}\n`);
    expect(found.map(({ rule, line }) => [rule, line])).toEqual([['keytar-in-one-file', 1]]);
  });

  it('sees a module that is loaded past the import syntax', () => {
    const source = "const { DatabaseSync } = process.getBuiltinModule('node:sqlite');\n";
    expect(checkSource('electron/vault/process.ts', source)[0]?.rule).toBe('sqlite-in-one-file');
  });

  it('sees through a path that only looks like a permitted one', () => {
    const source = "import { Vault } from '#shared/../electron/vault/index.ts';\n";
    expect(checkSource('renderer/main.tsx', source)[0]?.rule).toBe('page-and-main-apart');
  });

  it('takes a bare name of Node’s for the module it is', () => {
    expect(checkSource('shared/lib/x.ts', "import { readFile } from 'fs/promises';\n")[0]?.message).toContain(
      'node:fs/promises',
    );
  });

  it('ignores what only looks like an import', () => {
    const source = "// import 'keytar'\nconst text = \"import 'keytar'\";\nexport { text };\n";
    expect(checkSource('electron/vault/process.ts', source)).toEqual([]);
  });

  it('refuses a name that only the running program knows', () => {
    const found = checkSource(
      'electron/vault/process.ts',
      'const name = String(Date.now());\nawait import(name);\n',
    );
    expect(found).toMatchObject([{ line: 2, rule: 'literal-imports' }]);
  });

  it('reports a file that it can’t read rather than passing it', () => {
    expect(checkSource('electron/vault/process.ts', 'import {{{')).toMatchObject([{ rule: 'parses' }]);
  });

  it('reports every import that breaks a rule, with its line', () => {
    const source = "import 'keytar';\nimport 'ws';\nimport 'zod';\n";
    expect(checkSource('electron/vault/process.ts', source).map(({ line }) => line)).toEqual([1, 2]);
  });
});
