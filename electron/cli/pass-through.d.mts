import type { SpawnOptions } from 'node:child_process';

/** How a program ended. */
export type Ending = { readonly code: number } | { readonly signal: NodeJS.Signals };
/** An error when it could not be started. */
export type PassedThrough = Ending | { readonly error: NodeJS.ErrnoException };

export function passThrough(
  file: string,
  args: readonly string[],
  options: SpawnOptions & {
    /** When there is a child, or there could be none. */
    readonly afterSpawn?: () => void;
  },
): Promise<PassedThrough>;

export function endAs(ending: Ending): never;
