/** The command that `latchkey exec` starts: where it is, and how this process becomes it. */
import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { basename, delimiter, extname, join } from 'node:path';
import type { Disposer } from '#shared/lib/disposer.ts';
import { keepMemoryOutOfDumps } from '../processes/core-dumps.ts';
import { exitCodes } from './command-table.ts';
import { type PassedThrough, passThrough } from './pass-through.mjs';

export type FoundProgram =
  | { readonly path: string }
  | { readonly exitCode: 126 | 127; readonly message: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** As `execvp` looks for it. */
export function findProgram(name: string, environment: Environment = process.env): FoundProgram {
  let isThere = false;
  for (const path of candidates(name, environment)) {
    const judged = judge(path);
    if (judged === 'runs') return { path };
    if (judged === 'refused') isThere = true;
  }
  return isThere
    ? { exitCode: exitCodes.notExecutable, message: 'The command is there, and can’t be run.' }
    : { exitCode: exitCodes.notFound, message: 'The command was not found.' };
}

function candidates(name: string, environment: Environment): string[] {
  const isWindows = process.platform === 'win32';
  if (name === '') return [];
  const isPath = name.includes('/') || (isWindows && /[\\:]/.test(name));
  const pathKey = Object.keys(environment).find(
    (key) => key === 'PATH' || (isWindows && /^path$/i.test(key)),
  );
  const path = (pathKey && environment[pathKey]) ?? (isWindows ? '' : '/usr/bin:/bin');
  const bases = isPath ? [name] : path.split(delimiter).map((folder) => join(folder || '.', name));
  if (!isWindows || extname(name) !== '') return bases;
  const extensions = (environment.PATHEXT ?? '.COM;.EXE;.BAT;.CMD').split(';');
  return bases.flatMap((base) => extensions.map((extension) => base + extension));
}

function judge(path: string): 'runs' | 'refused' | 'absent' {
  try {
    if (!statSync(path).isFile()) return 'refused';
    accessSync(path, constants.X_OK);
    return 'runs';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'refused' : 'absent';
  }
}

/** For the audit log, which shows it: without what can't be seen. */
export function programName(command: string): string {
  const name = basename(command).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?');
  return [...name].slice(0, 40).join('') || '?';
}

export interface ProgramToRun {
  readonly path: string;
  /** As it was typed, and its arguments. */
  readonly command: readonly string[];
  readonly environment: Environment;
  /** Makes the process as it was before Latchkey changed it; the child has to be a process like any other. */
  readonly asItWas: Disposer;
}

/**
 * Where the system can, this process becomes the program, and this never returns: signals, jobs and the exit code are its
 * own then, and no process of Latchkey's is left that has its variables. Elsewhere the program is a child.
 */
export async function runProgram(program: ProgramToRun): Promise<PassedThrough> {
  if (canBecome(program)) become(program);
  const { path, command, environment, asItWas } = program;
  const args = command.slice(1);
  const onWindows =
    process.platform === 'win32'
      ? (await import('./windows-command.ts')).windowsCommand(path, args, environment)
      : undefined;
  // A child is made as this process is at that moment, which still has the secrets for as long as the child runs.
  asItWas();
  return passThrough(onWindows?.file ?? path, onWindows?.args ?? args, {
    env: environment as NodeJS.ProcessEnv,
    afterSpawn: () => void keepMemoryOutOfDumps(),
    ...(onWindows ? { windowsVerbatimArguments: true } : { argv0: command[0] ?? path }),
  });
}

/** Node ignores these, and who inherits that can't tell: `yes | head` would never end quietly. */
const ignoredByNode: readonly NodeJS.Signals[] = ['SIGPIPE', 'SIGXFSZ'];

function become({ path, command, environment, asItWas }: ProgramToRun): never {
  // What is caught becomes the system's default when the process becomes another program.
  for (const signal of ignoredByNode) process.on(signal, () => {});
  asItWas();
  // Standard input and output are not closed by this, and everything else is.
  return process.execve?.(path, [...command], environment as NodeJS.ProcessEnv) as never;
}

/** Far below what any system takes: a program that can't be started this way ends the process without a message. */
const plainSizeLimit = 96 * 1024;

/**
 * Only what is sure to work: there is no coming back to say that it did not. Not in Electron, which has threads and
 * children of Chromium's by then.
 */
function canBecome({ path, command, environment }: ProgramToRun): boolean {
  if (typeof process.execve !== 'function' || process.versions.electron) return false;
  const texts = [...command, ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)];
  if (texts.reduce((size, text) => size + Buffer.byteLength(text) + 9, 0) > plainSizeLimit) return false;
  return isRunnable(path);
}

function isRunnable(path: string): boolean {
  const start = firstBytes(path, 256);
  const script = /^#![ \t]*([^\s]+)/.exec(start.toString('latin1'));
  if (!script) return isLikeOurs(start);
  const [, interpreter = ''] = script;
  return (
    interpreter.startsWith('/') && judge(interpreter) === 'runs' && isLikeOurs(firstBytes(interpreter, 256))
  );
}

/** A program of the same kind of file, for the same kind of processor, as the one that runs here. */
function isLikeOurs(start: Buffer): boolean {
  const own = firstBytes(process.execPath, 256);
  const isElf = start.subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1'));
  // Class and byte order, and then the machine.
  const kind = (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 6), bytes.subarray(18, 20)]);
  if (isElf) return kind(start).equals(kind(own));
  // Mach-O, of one architecture as ours is, or of several.
  const isUniversal = start.readUInt32BE(0) === 0xcafebabe;
  return process.platform === 'darwin' && (isUniversal || start.subarray(0, 8).equals(own.subarray(0, 8)));
}

function firstBytes(path: string, count: number): Buffer {
  const bytes = Buffer.alloc(count);
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, bytes, 0, count, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    // May be run and not be read: zeros are no program that is known here.
  }
  return bytes;
}
