/**
 * Which files the user has named. Where the host has a dialog, only what was chosen in it counts: there a page that
 * went wrong can't have a file of its own choice read or written.
 */
import { isAbsolute } from 'node:path';
import type { FilePurpose } from '#shared/contract/files.ts';
import { AppError } from '#shared/lib/app-error.ts';

export interface FileWish {
  readonly purpose: FilePurpose;
  readonly suggestedName?: string | undefined;
}

/** Undefined: the user chose none. */
export type PickFile = (wish: FileWish) => Promise<string | undefined>;

/** The contract's own limit. */
const longestPath = 4096;
/** For each purpose; the one that was chosen first is forgotten first. */
export const rememberedLimit = 16;

export class ChosenFiles {
  readonly #pick: PickFile | undefined;
  readonly #chosen = new Map<FilePurpose, readonly string[]>();
  #isAsking = false;

  constructor(pick: PickFile | undefined) {
    this.#pick = pick;
  }

  get hasPicker(): boolean {
    return this.#pick !== undefined;
  }

  async choose(wish: FileWish): Promise<{ path: string | null }> {
    if (!this.#pick) {
      throw new AppError('refused', 'This host has no dialog for files.', {
        hint: 'Write the path instead.',
      });
    }
    if (this.#isAsking) {
      throw new AppError('conflict', 'A file is being chosen already.', {
        hint: 'Answer the dialog that is open.',
      });
    }
    this.#isAsking = true;
    try {
      const path = await this.#pick(wish);
      if (path === undefined) return { path: null };
      if (path.length > longestPath) {
        throw new AppError('refused', 'The path of this file is too long.', {
          hint: 'Move the file, and try again.',
        });
      }
      const known = this.#chosen.get(wish.purpose) ?? [];
      this.#chosen.set(
        wish.purpose,
        [path, ...known.filter((each) => each !== path)].slice(0, rememberedLimit),
      );
      return { path };
    } finally {
      this.#isAsking = false;
    }
  }

  /** The path as it may be used. @throws AppError `invalid_input` for what is no full path, `refused` if it was not chosen */
  require(purpose: FilePurpose, path: string): string {
    if (this.#pick) {
      if (this.#chosen.get(purpose)?.includes(path)) return path;
      throw new AppError('refused', 'This file was not chosen for that.', {
        hint: 'Choose it with “Choose…”.',
      });
    }
    if (isAbsolute(path) && !path.includes('\0')) return path;
    throw new AppError('invalid_input', 'That is not a full path.', {
      hint: 'Write it from the root of the file system on.',
    });
  }
}
