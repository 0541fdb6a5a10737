/**
 * A two-way message port to another process or thread, whatever it is made of: Electron's utilityProcess, a forked
 * Node process, or a worker thread. Messages are structured clones.
 */
import type { Disposer } from '#shared/lib/disposer.ts';

export interface MessagePortLike {
  send(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): Disposer;
}

/**
 * One end of a channel that two others talk on, on its way to one of them: never listened on. Something is said on it
 * only when it can't be passed on.
 */
export interface PassedPort {
  postMessage(message: unknown): void;
  close(): void;
}

/** One end of a channel, in the process that it was meant for. */
export interface ChannelEnd extends MessagePortLike {
  /** The other end was closed, or its process is gone. Called once at most. */
  onClose(listener: () => void): void;
  close(): void;
}

/** To whoever started this process or thread. */
export interface ParentPort extends MessagePortLike {
  /** Ends of channels that are passed on to this process. Absent where that can’t be. */
  onPort?(listener: (end: ChannelEnd) => void): Disposer;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface ChildPort extends MessagePortLike {
  readonly pid: number | undefined;
  /** Passes a channel’s end on to the child, unread. Absent where that can’t be. */
  passPort?(port: PassedPort): void;
  /** Called once, also when the process could not be started. */
  onExit(listener: (exit: ChildExit) => void): Disposer;
  /** Ends it at once, without a chance to answer. */
  kill(): void;
}

export interface SpawnOptions {
  /** Shown in process lists. */
  readonly name: string;
  /** Environment variables in place of this process's own; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Starts `entry` (a module of this app) in a process of its own. */
export type SpawnChild = (entry: URL, options: SpawnOptions) => ChildPort;
