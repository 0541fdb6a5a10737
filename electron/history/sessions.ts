/**
 * What earlier runs left of the log: a folder of segments for each app and run. They are listed, named, kept or
 * deleted here; what is inside of them is the query thread's to read. Retention deletes whole segments, the oldest first.
 */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import * as z from 'zod';
import { marksLimit, type Session } from '#shared/contract/history.ts';
import { eventNote, label, sessionId as sessionIdSchema } from '#shared/contract/strings.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { indexCount } from './index-file.ts';
import { indexPathOf, segmentPattern } from './torn-line.ts';

const factsName = 'session.json';
const marksName = 'marks.json';
const unfinishedPrefix = 'importing-';
const msPerDay = 86_400_000;

/** What the user said of a session, beside its segments. */
const factsSchema = z.object({
  name: label.nullable().catch(null),
  isKept: z.boolean().catch(false),
  isImported: z.boolean().catch(false),
});
type Facts = z.infer<typeof factsSchema>;
/** By its place in the files: numbers of events change when segments before them go, or can't be read. */
const storedMark = z.object({
  segment: z.number().int().min(0),
  line: z.number().int().min(0),
  note: eventNote,
});
export type StoredMark = z.infer<typeof storedMark>;
export type LinePlace = Pick<StoredMark, 'segment' | 'line'>;
const marksSchema = z.array(storedMark).max(marksLimit);
const noFacts: Facts = { name: null, isKept: false, isImported: false };

export interface Retention {
  /** False: an app's sessions go when Latchkey ends. */
  keeps(profileId: string): boolean;
  /** Days, and bytes of all apps together. */
  readonly days: number;
  readonly bytes: number;
}

interface Segment {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly indexBytes: number;
  readonly writtenAt: number;
}

interface Found {
  readonly profileId: string;
  readonly id: string;
  readonly folder: string;
  readonly segments: readonly Segment[];
  readonly bytes: number;
}

/** Where an import goes. */
export interface ImportPlace {
  readonly sessionId: string;
  readonly folder: string;
  /** @param path what was imported: it gives the session its name */
  finish(path: string): Promise<void>;
  drop(): Promise<void>;
}

export interface SessionsOptions {
  readonly folder: string;
  /** The run that is being recorded. */
  readonly current: string;
  /** Lines of the current run that are durable. */
  readonly durableCount: (profileId: string) => number;
  /** Its files are about to go. */
  readonly onRemoving: (profileId: string, sessionId: string) => Promise<void>;
  readonly now: () => number;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #importing = new Set<string>();
  #changing: Promise<void> = Promise.resolve();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Newest first. */
  async list(profileId: string): Promise<Session[]> {
    const found = await this.#sessionsOf(profileId);
    const sessions = await Promise.all(found.map((each) => this.#describe(each)));
    return sessions.sort((one, other) => other.startedAt - one.startedAt);
  }

  /** Bytes on disk of all apps together, with their indexes. */
  async usedBytes(): Promise<number> {
    return (await this.#all()).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** @throws AppError `not_found` */
  async folderOf(profileId: string, id: string): Promise<string> {
    const folder = join(this.#options.folder, profileId, id);
    const facts = await stat(folder).catch(ignoreMissing);
    if (!facts?.isDirectory()) throw new AppError('not_found', 'This session is not there any more.');
    return folder;
  }

  /** @throws AppError `not_found` */
  async update(
    profileId: string,
    id: string,
    changes: Partial<Pick<Facts, 'name' | 'isKept'>>,
  ): Promise<void> {
    await this.#inTurn(async () => {
      const folder = await this.folderOf(profileId, id);
      await writeFacts(folder, { ...(await readFacts(folder)), ...changes });
    });
  }

  /** @throws AppError `not_found`, or `conflict` for the session that is being recorded */
  async remove(profileId: string, id: string): Promise<void> {
    if (id === this.#options.current) {
      throw new AppError('conflict', 'This session is being recorded.', {
        hint: 'Clear it from view; or let this app’s sessions end with Latchkey.',
      });
    }
    await this.#inTurn(async () => this.#remove(profileId, id, await this.folderOf(profileId, id)));
  }

  marks(profileId: string, id: string): Promise<readonly StoredMark[]> {
    return readMarks(join(this.#options.folder, profileId, id));
  }

  /** @param note null: no mark. @throws AppError `not_found`; `conflict` when there are too many */
  setMark(profileId: string, id: string, place: LinePlace, note: string | null): Promise<void> {
    return this.#inTurn(async () => {
      const folder = await this.folderOf(profileId, id);
      const { segment, line } = place;
      const others = (await readMarks(folder)).filter(
        (each) => each.segment !== segment || each.line !== line,
      );
      if (note !== null && others.length >= marksLimit) {
        throw new AppError('conflict', `A session has ${marksLimit} marks at most.`, {
          hint: 'Take marks away that you need no more.',
        });
      }
      await writeJson(join(folder, marksName), note === null ? others : [...others, { segment, line, note }]);
    });
  }

  /** Everything recorded of an app that is gone. */
  async forget(profileId: string): Promise<void> {
    await this.#inTurn(async () => {
      for (const { id, folder } of await this.#sessionsOf(profileId))
        await this.#remove(profileId, id, folder);
      await rm(join(this.#options.folder, profileId), { recursive: true, force: true });
    });
  }

  /** A folder for what is imported, which gets its name when it is whole. */
  newImport(profileId: string): ImportPlace {
    const sessionId = sessionName(this.#options.now());
    const parent = join(this.#options.folder, profileId);
    const folder = join(parent, `${unfinishedPrefix}${sessionId}`);
    this.#importing.add(folder);
    const drop = async () => {
      await rm(folder, { recursive: true, force: true });
      this.#importing.delete(folder);
    };
    return {
      sessionId,
      folder,
      drop,
      finish: async (path) => {
        const name = parseUnknown(label, basename(path, extname(path)));
        await writeFacts(folder, { ...noFacts, name: name.success ? name.data : null, isImported: true });
        await rename(folder, join(parent, sessionId));
        this.#importing.delete(folder);
      },
    };
  }

  /** What a crash left of imports. */
  async #removeUnfinishedImports(): Promise<void> {
    for (const profileId of await namesIn(this.#options.folder)) {
      for (const name of await namesIn(join(this.#options.folder, profileId))) {
        const folder = join(this.#options.folder, profileId, name);
        if (!name.startsWith(unfinishedPrefix) || this.#importing.has(folder)) continue;
        await rm(folder, { recursive: true, force: true });
      }
    }
  }

  /**
   * Deletes what is too old or too much, and at the start what an earlier run should not have left.
   * A session that can't be deleted, or not from some segment on, is left as it is from there on, and does not keep
   * the others; the first problem is thrown at the end.
   * @param loses told of each app that something goes of, as soon as it goes
   */
  async enforce(
    { keeps, days, bytes }: Retention,
    isStart: boolean,
    loses: (profileId: string) => void,
  ): Promise<void> {
    const problems: unknown[] = [];
    const tried = async <T>(work: Promise<T>): Promise<T | undefined> => {
      try {
        return await work;
      } catch (error) {
        problems.push(error);
        return undefined;
      }
    };
    await tried(this.#removeUnfinishedImports());
    for (const session of isStart ? await this.#all() : []) {
      if (session.id === this.#options.current || keeps(session.profileId)) continue;
      const removed = this.#inTurn(async () => {
        if ((await readFacts(session.folder)).isKept) return false;
        await this.#remove(session.profileId, session.id, session.folder);
        return true;
      });
      if (await tried(removed)) loses(session.profileId);
    }
    const oldest = this.#options.now() - days * msPerDay;
    const all = await this.#all();
    let left = all.reduce((sum, session) => sum + session.bytes, 0);
    const stuck = new Set<Found>();
    for (const { session, segment } of this.#deletable(all)) {
      if (segment.writtenAt >= oldest && left <= bytes) break;
      const removed = stuck.has(session) ? undefined : await tried(this.#removeSegment(session, segment));
      if (removed === false) continue;
      // What can't be deleted counts as if it were: nothing newer goes in its place.
      left -= segment.bytes + segment.indexBytes;
      if (removed) loses(session.profileId);
      else stuck.add(session);
    }
    if (problems.length > 0) throw problems[0];
  }

  /**
   * At the end of the run: what there is of apps that keep nothing. Answers the problems of what could not be deleted,
   * which does not keep the rest.
   */
  async endRun(keeps: (profileId: string) => boolean): Promise<unknown[]> {
    const problems: unknown[] = [];
    for (const session of await this.#all()) {
      if (keeps(session.profileId)) continue;
      try {
        if ((await readFacts(session.folder)).isKept) continue;
        await rm(session.folder, { recursive: true, force: true });
      } catch (error) {
        problems.push(error);
      }
    }
    return problems;
  }

  /** Segments of ended runs, oldest first; of one session in its own order, whatever became of the clock. */
  #deletable(all: readonly Found[]): { session: Found; segment: Segment }[] {
    return all
      .filter(({ id }) => id !== this.#options.current)
      .flatMap((session) => {
        let newestMs = 0;
        return session.segments.map((segment) => {
          newestMs = Math.max(newestMs, segment.writtenAt);
          return { session, segment: { ...segment, writtenAt: newestMs } };
        });
      })
      .sort((one, other) => one.segment.writtenAt - other.segment.writtenAt);
  }

  /** Answers false for a session that the user keeps, which may have been said a moment ago. */
  #removeSegment(session: Found, { path, name }: Segment): Promise<boolean> {
    return this.#inTurn(async () => {
      const { profileId, id, folder } = session;
      if ((await readFacts(folder)).isKept) return false;
      await this.#options.onRemoving(profileId, id);
      if (session.segments.at(-1)?.name === name) {
        await rm(folder, { recursive: true, force: true });
      } else {
        await rm(path, { force: true });
        await rm(indexPathOf(path), { force: true });
      }
      // Who asked in between has opened it with what is gone now.
      await this.#options.onRemoving(profileId, id);
      return true;
    });
  }

  async #remove(profileId: string, id: string, folder: string): Promise<void> {
    await this.#options.onRemoving(profileId, id);
    await rm(folder, { recursive: true, force: true });
    await this.#options.onRemoving(profileId, id);
  }

  /** One change of a session's files after the other: each begins with what the last one left. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(work);
    this.#changing = done.then(
      () => {},
      () => {},
    );
    return done;
  }

  async #describe({ profileId, id, folder, segments, bytes }: Found): Promise<Session> {
    const facts = await readFacts(folder);
    const isCurrent = id === this.#options.current;
    const counts = isCurrent ? [] : await Promise.all(segments.map(({ path }) => linesOf(path)));
    return {
      sessionId: id,
      name: facts.name,
      isKept: facts.isKept,
      isImported: facts.isImported,
      isCurrent,
      startedAt: startOf(id),
      endedAt: isCurrent ? null : (segments.at(-1)?.writtenAt ?? startOf(id)),
      events: isCurrent
        ? this.#options.durableCount(profileId)
        : counts.reduce((sum, count) => sum + count, 0),
      bytes,
    };
  }

  async #all(): Promise<Found[]> {
    const profiles = await namesIn(this.#options.folder);
    return (await Promise.all(profiles.map((profileId) => this.#sessionsOf(profileId)))).flat();
  }

  async #sessionsOf(profileId: string): Promise<Found[]> {
    const parent = join(this.#options.folder, profileId);
    const ids = (await namesIn(parent)).filter((id) => parseUnknown(sessionIdSchema, id).success);
    return Promise.all(ids.map((id) => readSession(profileId, id, join(parent, id))));
  }
}

async function readSession(profileId: string, id: string, folder: string): Promise<Found> {
  const segments: Segment[] = [];
  let bytes = 0;
  for (const name of (await namesIn(folder)).sort()) {
    const path = join(folder, name);
    const facts = await stat(path).catch(ignoreMissing);
    if (!facts) continue;
    bytes += facts.size;
    if (!segmentPattern.test(name)) continue;
    const index = await stat(indexPathOf(path)).catch(ignoreMissing);
    segments.push({
      name,
      path,
      bytes: facts.size,
      indexBytes: index?.size ?? 0,
      writtenAt: facts.mtimeMs,
    });
  }
  return { profileId, id, folder, segments, bytes };
}

/** The time, in a form that any file system takes and that sorts; and a part that no other run has. */
export function sessionName(nowMs: number): string {
  return `${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}-${randomBytes(3).toString('hex')}`;
}

/** A name tells when its run began. */
function startOf(id: string): number {
  const [day = '', time = ''] = id.split('T');
  return Date.parse(`${day}T${time.slice(0, 12).replace(/-/, ':').replace(/-/, ':').replace(/-/, '.')}Z`);
}

/** From the index; without one, by counting: the run that wrote it did not end in order. */
async function linesOf(path: string): Promise<number> {
  const known = await indexCount(indexPathOf(path));
  if (known !== undefined) return known;
  let count = 0;
  try {
    for await (const block of createReadStream(path)) {
      for (let at = block.indexOf(0x0a); at !== -1; at = block.indexOf(0x0a, at + 1)) count++;
    }
  } catch (error) {
    ignoreUnreadable(error);
  }
  return count;
}

async function readFacts(folder: string): Promise<Facts> {
  let text: string;
  try {
    text = await readFile(join(folder, factsName), 'utf8');
  } catch (error) {
    ignoreUnreadable(error);
    return noFacts;
  }
  try {
    const parsed = parseUnknown(factsSchema, JSON.parse(text));
    return parsed.success ? parsed.data : noFacts;
  } catch {
    // Not JSON: damaged. Only this file writes it, and what it says can be said again.
    return noFacts;
  }
}

async function readMarks(folder: string): Promise<readonly StoredMark[]> {
  try {
    const parsed = parseUnknown(marksSchema, JSON.parse(await readFile(join(folder, marksName), 'utf8')));
    return parsed.success ? parsed.data : [];
  } catch (error) {
    // Damaged marks are as good as none: what they mark is untouched.
    if (!(error instanceof SyntaxError)) ignoreUnreadable(error);
    return [];
  }
}

function writeFacts(folder: string, facts: Facts): Promise<void> {
  return writeJson(join(folder, factsName), facts);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  const unfinished = `${path}.new`;
  await writeFile(unfinished, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  let file: FileHandle | undefined;
  try {
    file = await open(unfinished, 'r+');
    await file.sync();
  } finally {
    await file?.close();
  }
  await rename(unfinished, path);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    ignoreUnreadable(error);
    return [];
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** Not there, no folder, or not ours to read: nothing of it can be shown. */
function ignoreUnreadable(error: unknown): void {
  const { code } = error as NodeJS.ErrnoException;
  if (!['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EIO'].includes(code ?? '')) throw error;
}
