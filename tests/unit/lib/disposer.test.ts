import { expect, it } from 'vitest';
import { Listeners } from '#shared/lib/disposer.ts';

it('tells every listener, also when one throws, and then throws', () => {
  const listeners = new Listeners<number>();
  const told: string[] = [];
  listeners.add(() => {
    throw new Error('first');
  });
  listeners.add((value) => told.push(`second ${value}`));
  expect(() => listeners.emit(1)).toThrow('first');
  expect(told).toEqual(['second 1']);
});
