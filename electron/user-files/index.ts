/**
 * Files that Latchkey writes where the user wants them. Which one is being written is in the database before: so what a
 * crash leaves in a folder of the user's is taken away at the next start.
 */
import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative, sep } from 'node:path';
import * as z from 'zod';
import { AppError } from '#shared/lib/app-error.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import type { Preferences } from '../storage/index.ts';
import { type FileToWrite, removeTemporary, requireWritable, temporaryFor } from './write-file.ts';

export {
  type FileToWrite,
  notAsWritten,
  requireWritable,
  type WrittenFile,
  writeUserFile,
} from './write-file.ts';

const name = 'unfinishedFiles';
/** Folders that can't be reached any more are given up, the longest known first. */
const unfinishedLimit = 100;

export class UserFiles {
  readonly #preferences: Preferences;
  readonly #dataFolder: string;
  readonly #underWay = new Set<string>();

  constructor(preferences: Preferences, dataFolder: string) {
    this.#preferences = preferences;
    this.#dataFolder = dataFolder;
  }

  /** For the start, and before each file. What can't be reached now is looked for again at the next one. */
  async removeLeftovers(): Promise<void> {
    const left = this.#unfinished().filter((path) => !this.#underWay.has(path));
    const isGone = await Promise.all(left.map(removeTemporary));
    const gone = new Set(left.filter((_, index) => isGone[index]));
    if (gone.size > 0) this.#write(this.#unfinished().filter((path) => !gone.has(path)));
  }

  /**
   * @param write Writes the file, by `writeUserFile`, here or in another process.
   * @throws AppError as `requireWritable`, before `write` is called; `refused` in Latchkey's own folder
   */
  async writing<T>(
    place: { readonly path: string; readonly overwrite: boolean },
    write: (file: FileToWrite) => Promise<T>,
  ): Promise<T> {
    await requireWritable(place);
    await this.#requireOutside(place.path);
    await this.removeLeftovers();
    const temporary = temporaryFor(place.path);
    this.#write([...this.#unfinished(), temporary].slice(-unfinishedLimit));
    this.#underWay.add(temporary);
    try {
      const written = await write({ ...place, temporary });
      // It may be there yet under this name as well: then it is looked for again.
      if (await removeTemporary(temporary)) {
        this.#write(this.#unfinished().filter((path) => path !== temporary));
      }
      return written;
    } catch (error) {
      // A process that was ended while it wrote may have left it, even after this: so it stays noted.
      await removeTemporary(temporary);
      throw error;
    } finally {
      this.#underWay.delete(temporary);
    }
  }

  async #requireOutside(path: string): Promise<void> {
    const [own, folder] = await Promise.all([realpath(this.#dataFolder), realpath(dirname(path))]);
    const way = relative(own, folder);
    if (way !== '' && (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))) return;
    throw new AppError('refused', 'This is the folder in which Latchkey keeps its own files.', {
      hint: 'Choose another folder.',
    });
  }

  #unfinished(): readonly string[] {
    const known = parseUnknown(z.array(z.string()), this.#preferences.read(name));
    return known.success ? known.data : [];
  }

  #write(paths: readonly string[]): void {
    this.#preferences.write(name, paths);
  }
}
