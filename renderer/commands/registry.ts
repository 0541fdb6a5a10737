/**
 * Every action of the user is a command here: buttons, the palette, keys and the host's menu all run the same one.
 */
import { type Disposer, Listeners } from '#shared/lib/disposer.ts';

export interface Command {
  /** `area.action`, letters and dots: the host's menu names commands by it. */
  readonly id: string;
  /** In sentence case, as a button would say it. */
  readonly title: string;
  /** Heading in the palette and in the list of keys. */
  readonly group: string;
  /** Such as `Mod+K`, `/`, `Shift+?`, `Space`. `Mod` is ⌘ on a Mac and Ctrl elsewhere. The first is shown. */
  readonly shortcuts?: readonly string[] | undefined;
  /** More words that find it in the palette. */
  readonly keywords?: string | undefined;
  /** False keeps it out of the palette (it makes sense as a key only). */
  readonly isListed?: boolean | undefined;
  /** Asked each time. Absent: always. */
  readonly isAvailable?: (() => boolean) | undefined;
  run(): void | Promise<void>;
}

export class CommandRegistry {
  readonly #commands = new Map<string, Command[]>();
  readonly #changed = new Listeners<void>();
  readonly #onFailure: (command: Command, error: unknown) => void;
  #list: readonly Command[] = [];

  /** @param onFailure is told of what a command threw: it has no caller that could be. */
  constructor(onFailure: (command: Command, error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Adds commands. One of the same id takes the older one's place until it is disposed of. */
  register(commands: readonly Command[]): Disposer {
    for (const command of commands) {
      this.#commands.set(command.id, [...(this.#commands.get(command.id) ?? []), command]);
    }
    this.#refresh();
    return () => {
      for (const command of commands) {
        const left = (this.#commands.get(command.id) ?? []).filter((each) => each !== command);
        if (left.length > 0) this.#commands.set(command.id, left);
        else this.#commands.delete(command.id);
      }
      this.#refresh();
    };
  }

  find(id: string): Command | undefined {
    return this.#commands.get(id)?.at(-1);
  }

  /** In order of registration. The same array until something is registered or disposed of. */
  readonly list = (): readonly Command[] => this.#list;

  readonly subscribe = (listener: () => void): Disposer => this.#changed.add(listener);

  isAvailable(id: string): boolean {
    const command = this.find(id);
    return command !== undefined && (command.isAvailable?.() ?? true);
  }

  /** False: there is no such command, or not now. */
  run(id: string): boolean {
    const command = this.find(id);
    if (!command || !this.isAvailable(id)) return false;
    try {
      Promise.resolve(command.run()).catch((error: unknown) => this.#onFailure(command, error));
    } catch (error) {
      this.#onFailure(command, error);
    }
    return true;
  }

  #refresh(): void {
    this.#list = [...this.#commands.values()].flatMap((stack) => stack.slice(-1));
    this.#changed.emit();
  }
}
