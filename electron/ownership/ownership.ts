/** The owner's side: the folder is this process's own, and whoever starts Latchkey on it again is answered. */
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import type { FolderLock } from '../storage/index.ts';
import { removeNote, writeNote } from './owner-note.ts';
import {
  type AnswerOf,
  type CommandHandlers,
  type CommandType,
  type Identity,
  type OwnerHandlers,
  Refused,
  type RequestOf,
} from './protocol.ts';
import { OwnerServer } from './server.ts';
import { makePlace, socketPlaces } from './socket-place.ts';

/** What a host does when Latchkey is started again: it shows itself, or tells where it is. */
export type Show = (
  request: RequestOf<'show'>,
) => Pick<AnswerOf<'show'>, 'url' | 'redirect'> | Promise<Pick<AnswerOf<'show'>, 'url' | 'redirect'>>;

export interface OwnershipOptions extends Omit<Identity, 'pid'> {
  /** Told of what keeps a second start from being handed over. The app runs without. */
  readonly onProblem: (problem: string) => void;
  readonly onBug: (error: unknown) => void;
}

export class Ownership {
  readonly lock: FolderLock;
  readonly #server: OwnerServer;
  #show: Show | undefined;
  #commands: CommandHandlers | undefined;
  #address: string | undefined;
  #isReleased = false;

  private constructor(lock: FolderLock, self: Identity, onBug: (error: unknown) => void) {
    this.lock = lock;
    const notYet = () =>
      new Refused('starting', self.host === 'cli' ? 'A command is at work.' : 'Latchkey is starting.');
    const command =
      <T extends CommandType>(type: T) =>
      (request: RequestOf<T>) => {
        if (!this.#commands) throw notYet();
        // One type of request and its handler, which the compiler can't see across the lookup.
        return (this.#commands[type] as OwnerHandlers[T])(request as never) as AnswerOf<T>;
      };
    this.#server = new OwnerServer(
      {
        who: () => ({ type: 'owner', ...self }),
        show: async (request) => {
          if (!this.#show) throw notYet();
          return { type: 'shown', ...self, ...(await this.#show(request)) };
        },
        listApps: command('listApps'),
        listVariables: command('listVariables'),
        formVariables: command('formVariables'),
        formEnvText: command('formEnvText'),
        signChannel: command('signChannel'),
        signUser: command('signUser'),
        signRequest: command('signRequest'),
        checkCredentials: command('checkCredentials'),
        vaultStatus: command('vaultStatus'),
        lockVault: command('lockVault'),
        unlockVault: command('unlockVault'),
      },
      onBug,
    );
  }

  /** @param lock Becomes this ownership's to release. */
  static async begin(
    lock: FolderLock,
    { host, version, onProblem, onBug }: OwnershipOptions,
  ): Promise<Ownership> {
    const self: Identity = { host, pid: process.pid, version };
    const ownership = new Ownership(lock, self, onBug);
    try {
      await ownership.#listen();
    } catch (error) {
      onProblem(`Starting Latchkey again will not lead to this one: it has no socket (${words(error)}).`);
    }
    try {
      const address = ownership.#address;
      writeNote(lock.folder, address === undefined ? self : { ...self, address });
    } catch (error) {
      onProblem(`Starting Latchkey again will not lead to this one: it can’t be found (${words(error)}).`);
    }
    return ownership;
  }

  /** From now on a second start is answered so. Until then it is asked to wait. */
  answerShow(show: Show): void {
    this.#show = show;
  }

  /** From now on the `latchkey` command is answered so. Until then it is asked to wait. */
  answerCommands(commands: CommandHandlers): void {
    this.#commands = commands;
  }

  /**
   * The first thing to do on quitting: whoever comes from now on waits for the folder, and isn't led to an app that is
   * about to be gone.
   */
  async stopAnswering(): Promise<void> {
    if (this.#address === undefined) return;
    const address = this.#address;
    this.#address = undefined;
    // Closing removes the socket file. The lock is still held: once it is not, a file there is the next owner's.
    await this.#server.close();
    if (process.platform !== 'win32') rmSync(address, { force: true });
  }

  /**
   * The last thing to do on quitting. The lock goes last: socket and note are its holder's to remove. So doing this
   * again does nothing.
   */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await this.stopAnswering();
    removeNote(this.lock.folder);
    this.lock.release();
  }

  async #listen(): Promise<void> {
    const failures: string[] = [];
    for (const place of socketPlaces(this.lock.folder)) {
      const { address } = place;
      try {
        makePlace(place);
        removeStale(address);
        await this.#server.listen(address);
        if (process.platform !== 'win32') chmodSync(address, 0o600);
        this.#address = address;
        return;
      } catch (error) {
        failures.push(words(error));
      }
    }
    throw new Error(failures.join('; ') || 'every path for one is too long');
  }
}

/** The socket file of an owner that was killed. Nobody listens there, since the lock on its folder is ours. */
function removeStale(address: string): void {
  if (process.platform === 'win32') return;
  if (lstatSync(address, { throwIfNoEntry: false })?.isSocket()) rmSync(address);
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
