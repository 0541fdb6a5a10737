/** Where a command is at work, and what it needs of whoever started it. */
import type { SpawnChild } from '../processes/port.ts';

export interface Place {
  readonly dataFolder: string;
  /** Where this app's own modules are: sources in a clone, bundles when built. */
  readonly code: URL;
  readonly version: () => string;
  /** Starts the vault process, when the command has to open the vault itself. */
  readonly spawn: () => Promise<SpawnChild>;
  /** For the user, while a command goes on. */
  readonly tell: (text: string) => void;
}
