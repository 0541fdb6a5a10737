/**
 * The leak sweep: goes through a folder, and the history of its git repository, and says where secrets of this vault
 * stand. Runs in the vault process. Nothing that is read is kept, and of a find only its place is told.
 */
import { createReadStream } from 'node:fs';
import { opendir, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { AppError } from '#shared/lib/app-error.ts';
import {
  cancelled,
  checkedStore,
  readGitObjects,
  storeAround,
  storeOfWorkTree,
  whereCommitted,
} from './git-objects.ts';
import { type KnownSecret, patternsOf, type SecretForm } from './patterns.ts';
import { type Hit, Searcher } from './searcher.ts';

export type { KnownSecret, SecretForm } from './patterns.ts';

export interface Place {
  readonly credentialId: string;
  readonly form: SecretForm;
  /**
   * Within the swept folder. In the history: the path in that commit, or the object's id where no commit has it, or
   * where it is in a name. What it repeats of a secret is left out, and a very long one is cut in its middle.
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
  /** That lead out of the folder: what is there was not looked at. */
  readonly links: number;
  /** git repositories in the folder; where the history was asked for, also those that it is a part of. */
  readonly repositories: number;
  /** Of these, whose history could not be read, or not to its end. */
  readonly unreadableRepositories: number;
  /** Of all repositories, of some of them to its end, or of none: there is none, or no git that can read it. */
  readonly history: 'swept' | 'partly' | 'unreadable' | 'not-asked';
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
  const history = await run.history();
  return { ...run.result(), tooShort: patterns.filter((forms) => forms.length === 0).length, ...history };
}

type HistoryResult = Pick<SweepResult, 'history' | 'repositories' | 'unreadableRepositories'>;

/** What a store of git's has in it. */
const gitNames: ReadonlySet<string> = new Set(['HEAD', 'refs', 'objects']);

class Sweep {
  readonly #options: SweepOptions;
  readonly #searcher: Searcher;
  readonly #found: Place[] = [];
  readonly #known = new Set<string>();
  #counts = { files: 0, gitObjects: 0, bytes: 0 };
  #told = { files: 0, bytes: 0 };
  /** Folders that look like git's stores, and those that name theirs in a file. */
  readonly #stores = new Set<string>();
  readonly #workTrees = new Set<string>();
  #root = '';
  #unreadable = 0;
  #links = 0;
  #isCut = false;

  constructor(options: SweepOptions, searcher: Searcher) {
    this.#options = options;
    this.#searcher = searcher;
  }

  result(): Omit<SweepResult, 'tooShort' | keyof HistoryResult> {
    const counted = { ...this.#counts, places: this.#found.length };
    const left = { unreadable: this.#unreadable, links: this.#links };
    return { ...counted, ...left, found: this.#found, isCut: this.#isCut };
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
    this.#root = await realpath(folder);
    const waiting = [folder];
    for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
      await this.#folder(current, waiting);
    }
  }

  async #folder(path: string, waiting: string[]): Promise<void> {
    const names = new Set<string>();
    try {
      for await (const entry of await opendir(path)) {
        this.#options.signal.throwIfAborted();
        const child = join(path, entry.name);
        this.#name(entry.name, child);
        if (gitNames.has(entry.name)) names.add(entry.name);
        if (entry.isDirectory()) {
          if (kernelFolders.has(child)) this.#unreadable++;
          else if (entry.name !== 'objects') waiting.push(child);
          else names.add('objects/');
        } else if (entry.isFile()) {
          if (entry.name === '.git') this.#workTrees.add(path);
          await this.#file(child);
        } else if (entry.isSymbolicLink()) await this.#link(child);
      }
    } catch (error) {
      this.#passOver(error);
    }
    const isStore = names.has('HEAD') && names.has('refs') && names.has('objects');
    const isDamaged = basename(path) === '.git' && names.size > 0;
    if (isStore || isDamaged) this.#stores.add(path);
    // It is packed and deflated: nothing is found in there as text. For the history, git unpacks it.
    if (names.has('objects/') && !isStore) waiting.push(join(path, 'objects'));
  }

  /** Followed to a file of this folder. A folder of this one is swept where it is; what is elsewhere is no part of it. */
  async #link(path: string): Promise<void> {
    try {
      const place = this.#shown(relative(this.#options.folder, path));
      for (const { pattern } of this.#searcher.inText(await readlink(path))) {
        const { credentialId, form } = pattern;
        this.#add({ credentialId, form, path: place, line: 1, commit: null });
      }
      const target = await realpath(path);
      if (!isWithin(this.#root, target)) this.#links++;
      else if ((await stat(target)).isFile()) await this.#file(path, target);
    } catch (error) {
      // It leads to nothing.
      if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes(String((error as NodeJS.ErrnoException).code))) {
        this.#passOver(error);
      }
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

  async #file(path: string, target = path): Promise<void> {
    const place = this.#shown(relative(this.#options.folder, path));
    const stream = this.#searcher.stream(({ pattern, line }) =>
      this.#add({ credentialId: pattern.credentialId, form: pattern.form, path: place, line, commit: null }),
    );
    try {
      for await (const chunk of createReadStream(target, { highWaterMark: chunkBytes })) {
        this.#options.signal.throwIfAborted();
        stream.push(chunk as Buffer);
        this.#counts.bytes += (chunk as Buffer).length;
        this.#tell();
      }
      stream.end();
      this.#counts.files++;
    } catch (error) {
      this.#passOver(error);
    }
    this.#tell();
  }

  /** What could not be read of the history takes nothing from what was found in the files. */
  async history(): Promise<HistoryResult> {
    const { folder, hasHistory, signal } = this.#options;
    if (!hasHistory) {
      const repositories = this.#stores.size + this.#workTrees.size;
      return { history: 'not-asked', repositories, unreadableRepositories: 0 };
    }
    const stores = new Set<string>();
    let unreadable = 0;
    const attempt = async (work: () => Promise<unknown>) => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
        unreadable++;
      }
    };
    for (const path of this.#stores) {
      await attempt(async () => stores.add(await checkedStore(path, signal)));
    }
    for (const path of this.#workTrees) {
      await attempt(async () => stores.add(await storeOfWorkTree(path, signal)));
    }
    const hasOwn = [folder, join(folder, '.git')].some((path) => this.#stores.has(path));
    if (!hasOwn && !this.#workTrees.has(folder)) {
      await attempt(async () => {
        const around = await storeAround(folder, signal);
        if (around !== undefined) stores.add(around);
      });
    }
    const repositories = stores.size + unreadable;
    for (const store of stores) await attempt(() => this.#objects(store));
    const history = unreadable === 0 ? 'swept' : unreadable < repositories ? 'partly' : 'unreadable';
    return {
      history: repositories === 0 ? 'unreadable' : history,
      repositories,
      unreadableRepositories: unreadable,
    };
  }

  async #objects(store: string): Promise<void> {
    const { signal } = this.#options;
    const hits: { readonly objectId: string; readonly isTree: boolean; readonly hit: Hit }[] = [];
    const begin = (objectId: string, isTree: boolean) => {
      this.#counts.gitObjects++;
      const stream = this.#searcher.stream((hit) => {
        if (this.#found.length + hits.length < placeLimit) hits.push({ objectId, isTree, hit });
        else this.#isCut = true;
      });
      return {
        push: (chunk: Uint8Array) => {
          stream.push(chunk);
          this.#counts.bytes += chunk.length;
          this.#tell(hits.length);
        },
        end: () => stream.end(),
      };
    };
    let failure: unknown;
    try {
      await readGitObjects(store, signal, { begin, missing: () => this.#unreadable++ });
    } catch (error) {
      if (signal.aborted) throw error;
      failure = error;
    }
    const isOwn = isWithin(this.#root, store);
    const top = basename(store) === '.git' ? dirname(store) : store;
    const commits = new Map<string, Awaited<ReturnType<typeof whereCommitted>>>();
    for (const { objectId, isTree, hit } of hits) {
      if (!isTree && !commits.has(objectId)) {
        commits.set(objectId, await whereCommitted(store, objectId, signal));
      }
      const known = commits.get(objectId);
      const { credentialId, form } = hit.pattern;
      const path = known
        ? this.#shown(isOwn ? join(relative(this.#root, top), known.path) : known.path)
        : objectId;
      const line = isTree ? null : hit.line;
      this.#add({ credentialId, form, path, line, commit: known?.commit ?? objectId });
    }
    if (failure !== undefined) throw failure;
  }

  #add(place: Place): void {
    // One line, one place: a master key's text is found with and without what ends its base64.
    const { credentialId, form, path, line, commit } = place;
    const identity = JSON.stringify([credentialId, form, path, line, commit]);
    if (this.#known.has(identity)) return;
    if (this.#found.length < placeLimit) {
      this.#known.add(identity);
      this.#found.push(place);
    } else this.#isCut = true;
  }

  #passOver(error: unknown): void {
    if (this.#options.signal.aborted) throw cancelled();
    if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
    this.#unreadable++;
  }

  #tell(placesWaiting = 0): void {
    const { files, bytes } = this.#counts;
    const isDue =
      bytes - this.#told.bytes >= progressEveryBytes || files - this.#told.files >= progressEveryFiles;
    if (!isDue) return;
    this.#told = { files, bytes };
    this.#options.onProgress({ ...this.#counts, places: this.#found.length + placesWaiting });
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
