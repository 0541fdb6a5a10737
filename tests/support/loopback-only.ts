/** Keeps every socket of this process on this machine: whatever asks for another address fails, and is remembered. */
import { Socket } from 'node:net';
import { afterAll, beforeAll } from 'vitest';

export interface Refusals {
  readonly addresses: readonly string[];
}

const own = ['127.0.0.1', '::1', 'localhost'];

/** For the tests of one file. */
export function loopbackOnly(): Refusals {
  const addresses: string[] = [];
  const { connect } = Socket.prototype;
  beforeAll(() => {
    Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
      const host = hostOf(args);
      if (host === undefined || own.includes(host)) return connect.apply(this, args as never);
      addresses.push(host);
      return this.destroy(Object.assign(new Error('Not allowed in this test.'), { code: 'ENETUNREACH' }));
    } as typeof connect;
  });
  afterAll(() => {
    Socket.prototype.connect = connect;
  });
  return { addresses };
}

/** Undefined: a path in the file system, or this machine by default. Node itself passes its normalised arguments as an array. */
function hostOf(args: readonly unknown[]): string | undefined {
  const [first, second] = (Array.isArray(args[0]) ? args[0] : args) as readonly unknown[];
  if (typeof first === 'object' && first !== null) {
    const { host } = first as { host?: unknown };
    return typeof host === 'string' ? host : undefined;
  }
  return typeof second === 'string' ? second : undefined;
}
