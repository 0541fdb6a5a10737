/**
 * Connections that have not shown that they are the user's page. Anybody on the machine can make them, so there is a
 * limit; and so that nobody can use the limit up and hold it, the newcomer is let in, and the connection goes that has
 * completed no request for longest. A page is admitted within a few turns of the event loop, and is a stranger no more.
 */
import type { Socket } from 'node:net';

export class Strangers {
  readonly #limit: number;
  /** Least recently heard first: a Set keeps the order in which its members came. */
  readonly #sockets = new Set<Socket>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(socket: Socket): void {
    const [longestSilent] = this.#sockets;
    if (longestSilent && this.#sockets.size >= this.#limit) {
      this.#sockets.delete(longestSilent);
      drop(longestSilent);
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  /** It has completed a request. */
  heard(socket: Socket): void {
    if (this.#sockets.delete(socket)) this.#sockets.add(socket);
  }

  /** It belongs to the user's page. */
  admit(socket: Socket): void {
    this.#sockets.delete(socket);
  }

  dropAll(): void {
    for (const socket of this.#sockets) drop(socket);
    this.#sockets.clear();
  }
}

/** At once, also for the kernel: what was not read by a peer that does not read would otherwise wait there for minutes. */
export function drop(socket: Socket): void {
  socket.resetAndDestroy();
}
