/**
 * The leak sweep: goes through a folder, and the history of its git repository, and says where secrets of this vault
 * stand. Runs in the vault process. Nothing that is read is kept, and of a find only its place is told.
 */
import { createReadStream } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { AppError } from '#shared/lib/app-error.ts';
import { cancelled, readGitObjects, whereCommitted } from './git-objects.ts';
import { type KnownSecret, patternsOf, type SecretForm } from './patterns.ts';
import { type Hit, Searcher } from './searcher.ts';

export type { KnownSecret, SecretForm } from './patterns.ts';

export interface Place {
  readonly credentialId: string;
  readonly form: SecretForm;
  /**
   * Within the swept folder. In the history: the path in that commit, or the object's id where no commit has it. What it
   * repeats of a secret is left out, and a very long one is cut in its middle.
   */
  readonly path: string;
  /** From 1. Null: it is in the file's name. */
  readonly line: number | null;
  /** Set for a place in the history. */
  readonly commit: string | null;
}

export interface Progress {
  readonly files: number;
  readonly gitObjects: number;
  readonly bytes: number;
  /** Of places found until now. */
  readonly places: number;
}

export interface SweepResult extends Progress {
  readonly found: readonly Place[];
  /** More were there than are listed. */
  readonly isCut: boolean;
  /** Files, folders and objects of the history that could not be read. */
  readonly unreadable: number;
  /** Secrets that are too short to look for. */
  readonly tooShort: number;
  /** `unreadable`: no repository, or no git. */
  readonly history: 'swept' | 'not-asked' | 'unreadable';
}

export interface SweepOptions {
  readonly folder: string;
  readonly hasHistory: boolean;
  readonly secrets: readonly KnownSecret[];
  readonly signal: AbortSignal;
  /** At most once for each of these many bytes or files, so that it costs nothing. */
  onProgress(progress: Progress): void;
}

export const placeLimit = 1000;
export const pathLimit = 1000;
/** Looked at in one go, and nothing else is done meanwhile: some milliseconds at most. */
const chunkBytes = 128 * 1024;
/** Their files are none: reading one may take for ever. */
const kernelFolders: ReadonlySet<string> = new Set(['/proc', '/sys', '/dev']);
const progressEveryBytes = 16 * 1024 * 1024;
const progressEveryFiles = 500;

/** @throws AppError `cancelled`; `not_found` when the folder is not there */
export async function sweep(options: SweepOptions): Promise<SweepResult> {
  const patterns = options.secrets.map(patternsOf);
  const run = new Sweep(options, new Searcher(patterns.flat()));
  await run.files();
  const history = options.hasHistory ? await run.history() : 'not-asked';
  return { ...run.result(), tooShort: patterns.filter((forms) => forms.length === 0).length, history };
}

class Sweep {
  readonly #options: SweepOptions;
  readonly #searcher: Searcher;
  readonly #found: Place[] = [];
  readonly #inObjects: { readonly objectId: string; readonly hit: Hit }[] = [];
  #counts = { files: 0, gitObjects: 0, bytes: 0 };
  #told = { files: 0, bytes: 0 };
  #unreadable = 0;
  #isCut = false;

  constructor(options: SweepOptions, searcher: Searcher) {
    this.#options = options;
    this.#searcher = searcher;
  }

  result(): Omit<SweepResult, 'tooShort' | 'history'> {
    const counted = { ...this.#counts, places: this.#found.length };
    return { ...counted, found: this.#found, isCut: this.#isCut, unreadable: this.#unreadable };
  }

  async files(): Promise<void> {
    const { folder } = this.#options;
    // The folder itself may be named by a link: the user named it.
    const top = await stat(folder).catch(() => undefined);
    if (!top?.isDirectory()) {
      throw new AppError('not_found', 'There is no such folder.', {
        hint: 'Choose the folder of a project.',
      });
    }
    const waiting = [folder];
    for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
      await this.#folder(current, waiting);
    }
  }

  /** A link is not followed: what it leads to is swept where it is, or is not part of the folder. */
  async #folder(path: string, waiting: string[]): Promise<void> {
    try {
      for await (const entry of await opendir(path)) {
        this.#options.signal.throwIfAborted();
        const child = join(path, entry.name);
        this.#name(entry.name, child);
        if (entry.isDirectory() && !isLeftOut(entry.name, child)) waiting.push(child);
        else if (entry.isFile()) await this.#file(child);
      }
    } catch (error) {
      this.#passOver(error);
    }
  }

  #name(name: string, path: string): void {
    for (const { pattern } of this.#searcher.inText(name)) {
      const place = this.#shown(relative(this.#options.folder, path));
      const { credentialId, form } = pattern;
      this.#add({ credentialId, form, path: place, line: null, commit: null });
    }
  }

  /** A path as it may be told. */
  #shown(path: string): string {
    const bytes = Buffer.from(path);
    for (const { pattern, offset } of this.#searcher.inText(path)) {
      bytes.fill('*', offset, offset + pattern.bytes.length);
    }
    const masked = bytes.toString('utf8').replace(/\*{8,}/g, '***');
    if (masked.length <= pathLimit) return masked;
    const half = Math.floor((pathLimit - 1) / 2);
    return `${masked.slice(0, half)}…${masked.slice(-half)}`.toWellFormed();
  }

  async #file(path: string): Promise<void> {
    const place = this.#shown(relative(this.#options.folder, path));
    const stream = this.#searcher.stream(({ pattern, line }) =>
      this.#add({ credentialId: pattern.credentialId, form: pattern.form, path: place, line, commit: null }),
    );
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
        this.#options.signal.throwIfAborted();
        stream.push(chunk as Buffer);
        this.#counts.bytes += (chunk as Buffer).length;
        this.#tell();
      }
      stream.end();
    } catch (error) {
      this.#passOver(error);
    }
    this.#counts.files++;
    this.#tell();
  }

  /** What could not be read of the history takes nothing from what was found in the files. */
  async history(): Promise<'swept' | 'unreadable'> {
    try {
      await this.#objects();
      return 'swept';
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return 'unreadable';
      throw error;
    }
  }

  async #objects(): Promise<void> {
    const { folder, signal } = this.#options;
    const begin = (objectId: string) => {
      this.#counts.gitObjects++;
      const stream = this.#searcher.stream((hit) => {
        if (this.#inObjects.length < placeLimit) this.#inObjects.push({ objectId, hit });
        else this.#isCut = true;
      });
      return {
        push: (chunk: Uint8Array) => {
          stream.push(chunk);
          this.#counts.bytes += chunk.length;
          this.#tell();
        },
        end: () => stream.end(),
      };
    };
    await readGitObjects(folder, signal, { begin, missing: () => this.#unreadable++ });
    const commits = new Map<string, Awaited<ReturnType<typeof whereCommitted>>>();
    for (const { objectId, hit } of this.#inObjects) {
      if (!commits.has(objectId)) commits.set(objectId, await whereCommitted(folder, objectId, signal));
      const known = commits.get(objectId);
      const { credentialId, form } = hit.pattern;
      const path = known ? this.#shown(known.path) : objectId;
      this.#add({ credentialId, form, path, line: hit.line, commit: known?.commit ?? objectId });
    }
  }

  #add(place: Place): void {
    if (this.#found.length < placeLimit) this.#found.push(place);
    else this.#isCut = true;
  }

  #passOver(error: unknown): void {
    if (this.#options.signal.aborted) throw cancelled();
    if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
    this.#unreadable++;
  }

  #tell(): void {
    const { files, bytes } = this.#counts;
    const isDue =
      bytes - this.#told.bytes >= progressEveryBytes || files - this.#told.files >= progressEveryFiles;
    if (!isDue) return;
    this.#told = { files, bytes };
    this.#options.onProgress({ ...this.#counts, places: this.#found.length + this.#inObjects.length });
  }
}

/** A git store is packed and deflated: nothing is found in there as text. `history` has git unpack it. */
function isLeftOut(name: string, path: string): boolean {
  return name === '.git' || kernelFolders.has(path);
}
