import { expect, it } from 'vitest';
import { noName, unlistedName, unpackFlags } from '../../../electron/history/columns.ts';
import { NameTable } from '../../../electron/history/names.ts';

function idOfBytes(table: NameTable, name: string): number {
  const bytes = Buffer.from(`before${name}after`);
  return table.idOfBytes(bytes, 6, bytes.length - 5);
}

it('gives one name one id, from text and from bytes', () => {
  const table = new NameTable();
  const names = ['orders', '__proto__', 'é'.repeat(50), 'x'.repeat(64), 'x'.repeat(65), ''];
  const ids = names.map((name) => table.idOf(name));
  expect(new Set(ids).size).toBe(names.length);
  for (const round of [1, 2]) {
    expect(
      names.map((name) => idOfBytes(table, name)),
      `round ${round}`,
    ).toEqual(ids);
  }
  expect(ids.map((id) => table.names[id])).toEqual(names);
  expect(table.idOf(null)).toBe(noName);
});

it('stops listing names when there are too many, or one is too long', () => {
  const table = new NameTable();
  expect(table.idOf('x'.repeat(5000))).toBe(unlistedName);
  for (let index = 0; index < 200_000; index++) table.idOf(`name-${index}`);
  expect(table.idOf('one more')).toBe(unlistedName);
  expect(idOfBytes(table, 'one more')).toBe(unlistedName);
  expect(idOfBytes(table, 'name-7')).toBe(table.idOf('name-7'));
});

it('knows the kind of a frame by its names', () => {
  const table = new NameTable();
  const flags = (event: string, channel: string | null) =>
    unpackFlags(table.frameFlags('in', table.idOf(event), table.idOf(channel)));
  expect(flags('order', 'private-encrypted-orders')).toMatchObject({ kind: 'event', isEncrypted: true });
  expect(flags('order', 'orders')).toMatchObject({ kind: 'event', isEncrypted: false });
  expect(flags('client-typing', 'private-a')).toMatchObject({ kind: 'client', isEncrypted: false });
  expect(flags('pusher_internal:subscription_succeeded', 'private-encrypted-orders')).toMatchObject({
    kind: 'protocol',
    isEncrypted: false,
  });
  expect(flags('pusher:pong', null)).toMatchObject({ kind: 'protocol', isEncrypted: false });
});
