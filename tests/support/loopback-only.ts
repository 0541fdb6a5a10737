/** Keeps every socket of this process on this machine, and remembers what asked for another address. */
import { afterAll, beforeAll } from 'vitest';
import { keepToLoopback } from './loopback-sockets.ts';

export interface Refusals {
  readonly addresses: readonly string[];
}

/** For the tests of one file. */
export function loopbackOnly(): Refusals {
  const addresses: string[] = [];
  let takeBack = () => {};
  beforeAll(() => {
    takeBack = keepToLoopback((address) => addresses.push(address));
  });
  afterAll(() => takeBack());
  return { addresses };
}
