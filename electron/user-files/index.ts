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
  readonly #onProblem: (error: unknown) => void;
  readonly #underWay = new Set<string>();
  #isClosed = false;
  /** Folders whose leftovers are being looked for. */
  readonly #askedAbout = new Set<string>();

  /** @param onProblem Told when it could not be noted that a leftover is gone. */
  constructor(preferences: Preferences, dataFolder: string, onProblem: (error: unknown) => void) {
    this.#preferences = preferences;
    this.#dataFolder = dataFolder;
    this.#onProblem = onProblem;
  }

  /**
   * For the start, and with each file. What can't be reached now is looked for again at the next one. A disk that does
   * not answer may let this wait for ever: a folder is asked about one file at a time, since each question has a thread.
   */
  async removeLeftovers(): Promise<void> {
    const left = this.#unfinished().filter((path) => !this.#underWay.has(path));
    await Promise.all(
      [...Map.groupBy(left, dirname)]
        .filter(([folder]) => !this.#askedAbout.has(folder))
        .map(([folder, paths]) => this.#removeFrom(folder, paths)),
    );
  }

  async #removeFrom(folder: string, paths: readonly string[]): Promise<void> {
    this.#askedAbout.add(folder);
    try {
      for (const path of paths) {
        const isGone = await removeTemporary(path);
        if (this.#isClosed) return;
        if (isGone) this.#forget(path);
      }
    } catch (error) {
      this.#onProblem(error);
    } finally {
      this.#askedAbout.delete(folder);
    }
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
    // Not waited for: what is left elsewhere does not concern this file.
    void this.removeLeftovers();
    const temporary = temporaryFor(place.path);
    this.#write([...this.#unfinished(), temporary].slice(-unfinishedLimit));
    this.#underWay.add(temporary);
    try {
      const written = await write({ ...place, temporary });
      // It may be there yet under this name as well: then it is looked for again.
      if (await removeTemporary(temporary)) this.#forget(temporary);
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

  /** The database is about to be closed, whatever a disk has yet to answer. */
  close(): void {
    this.#isClosed = true;
  }

  #forget(gone: string): void {
    this.#write(this.#unfinished().filter((path) => path !== gone));
  }

  #unfinished(): readonly string[] {
    const known = parseUnknown(z.array(z.string()), this.#preferences.read(name));
    return known.success ? known.data : [];
  }

  #write(paths: readonly string[]): void {
    this.#preferences.write(name, paths);
  }
}
