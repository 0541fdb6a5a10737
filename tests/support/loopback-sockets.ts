/** Keeps every socket of this process on this machine: whatever asks for another address fails. */
import { Socket } from 'node:net';

const own = ['127.0.0.1', '::1', 'localhost'];

/**
 * @param onRefused is told of each other address
 * @returns what takes it back
 */
export function keepToLoopback(onRefused: (address: string) => void = () => {}): () => void {
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    const host = hostOf(args);
    if (host === undefined || own.includes(host)) return connect.apply(this, args as never);
    onRefused(host);
    // Later, as of a real network: whoever connects with TLS listens for it only then.
    setImmediate(() => {
      this.destroy(Object.assign(new Error('Not allowed in this test.'), { code: 'ENETUNREACH' }));
    });
    return this;
  } as typeof connect;
  return () => {
    Socket.prototype.connect = connect;
  };
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
