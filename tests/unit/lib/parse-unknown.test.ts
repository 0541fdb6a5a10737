import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';

const named = z.strictObject({ name: z.string().min(1).max(10) });
const unmeasurable = JSON.parse('{"name":{"length":{"valueOf":null,"toString":null}}}') as unknown;

it('takes a value that zod throws on for an invalid one', () => {
  expect(parseUnknown(named, unmeasurable)).toEqual({ success: false, issue: undefined });
  // When this no longer throws, zod has learned it, and the function can go.
  expect(() => named.safeParse(unmeasurable)).toThrow(TypeError);
});

it('gives what the schema gives, otherwise', () => {
  expect(parseUnknown(named, { name: 'a' })).toEqual({ success: true, data: { name: 'a' } });
  expect(parseUnknown(named, { name: '' })).toMatchObject({ success: false, issue: { code: 'too_small' } });
});

it('stands in for safeParse everywhere on the main side, where a throw would end a process', () => {
  const folder = fileURLToPath(new URL('../../../electron/', import.meta.url));
  const users = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path, 'utf8').includes('.safeParse('));
  expect(users).toEqual([]);
});
