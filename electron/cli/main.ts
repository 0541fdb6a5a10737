/**
 * The `latchkey` command, from its arguments to its end. What only some commands need is loaded when they do: starting a
 * program should cost little more than starting Node.
 */
import { writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError, type ErrorCode } from '#shared/lib/app-error.ts';
import type { Disposer } from '#shared/lib/disposer.ts';
import { defaultDataFolder } from '../hosts/data-folder.ts';
import { keepMemoryOutOfDumps } from '../processes/core-dumps.ts';
import type { SpawnChild } from '../processes/port.ts';
import { readArguments, UsageError } from './arguments.ts';
import { exitCodes } from './command-table.ts';
import type { Ending } from './pass-through.mjs';
import type { Place } from './place.ts';
import { ask } from './session.ts';

export interface Start {
  readonly args: readonly string[];
  /** Where this app's own modules are: sources in a clone, bundles when built. */
  readonly code: URL;
  readonly version: () => string;
  /** Of the vault process, where it is not plain Node's. */
  readonly spawn?: () => Promise<SpawnChild>;
  /** Where the caller has kept this process's memory out of dumps already: undoes that, for a program that is not Latchkey's. */
  readonly asItWas?: Disposer;
}

/** Of the vault: a script can tell this from a failure, and ask its user to unlock. */
const lockedCodes: readonly ErrorCode[] = [
  'vault_locked',
  'vault_waiting',
  'keychain_locked',
  'passphrase_required',
  'wrong_passphrase',
];

/** Never throws for what was to be expected. With `exec` it may not return: this process is the command then. */
export async function runCommandLine(start: Start): Promise<Ending> {
  const asItWas = start.asItWas ?? keepMemoryOutOfDumps();
  // Node would open a debugger.
  if (process.platform !== 'win32') process.on('SIGUSR1', () => {});
  try {
    const given = readArguments(start.args);
    if (given.kind === 'version') return await print(`${start.version()}\n`);
    if (given.kind === 'help') {
      const { helpText } = await import('./help.ts');
      return await print(helpText(given.command));
    }
    const place = placeOf(start, given.options['data-folder']);
    return await run(place, given, asItWas);
  } catch (error) {
    return fail(error);
  }
}

function placeOf({ code, version, spawn }: Start, given: unknown): Place {
  const dataFolder = resolve(typeof given === 'string' ? given : defaultDataFolder());
  return {
    dataFolder,
    code,
    version,
    spawn: async () => (spawn ? spawn() : (await import('../processes/node-child.ts')).spawnNodeChild),
    tell,
  };
}

type Given = Extract<ReturnType<typeof readArguments>, { kind: 'command' }>;

async function run(place: Place, given: Given, asItWas: () => void): Promise<Ending> {
  const { name, positionals, options } = given;
  const [app = '', ...others] = positionals;
  const environment = {
    app,
    ...(typeof options.format === 'string' ? { format: options.format } : {}),
    ...(typeof options.pair === 'string' ? { pair: options.pair } : {}),
  };
  switch (name) {
    case 'exec':
      return exec(place, { ...environment, command: given.program, asItWas });
    case 'env': {
      const { printEnv } = await import('./print-env.ts');
      return print(await printEnv(place, { environment, options }));
    }
    case 'list': {
      const { listText } = await import('./list.ts');
      return print(listText(await ask(place, { type: 'listApps' }), options));
    }
    case 'check': {
      const { checkAll } = await import('./check.ts');
      const { text, isAllWell } = await checkAll(place, positionals[0], options);
      const ending = await print(text);
      return isAllWell ? ending : { code: exitCodes.failed };
    }
    case 'lock':
      await lock(place, options.forget === true);
      return print('The vault is locked.\n');
    case 'unlock': {
      const { unlock } = await import('./unlock.ts');
      await unlock(place);
      return print('The vault is unlocked.\n');
    }
    case 'completion': {
      const { completionScript } = await import('./completion.ts');
      return print(completionScript(app));
    }
    default: {
      const { signed } = await import('./sign.ts');
      return print(await signed(place, name, app, others, options));
    }
  }
}

async function lock(place: Place, forget: boolean): Promise<void> {
  try {
    await ask(place, { type: 'lockVault', forget });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'confirmation_required') throw error;
    throw new AppError(error.code, error.message, { hint: 'Add --forget if that is meant.' });
  }
}

async function exec(
  place: Place,
  {
    command,
    asItWas,
    ...environment
  }: {
    readonly app: string;
    readonly format?: string;
    readonly pair?: string;
    readonly command: readonly string[];
    readonly asItWas: () => void;
  },
): Promise<Ending> {
  const { findProgram, programName, runProgram } = await import('./program.ts');
  const [name = ''] = command;
  // First: no secret leaves for a command that can't be started.
  const found = findProgram(name);
  if ('exitCode' in found) {
    tell(found.message);
    return { code: found.exitCode };
  }
  const { askUnlocked } = await import('./unlock.ts');
  const { variables } = await askUnlocked(place, {
    type: 'formVariables',
    ...environment,
    program: programName(name),
  });
  const formed = Object.fromEntries(variables.map(({ variable, value }) => [variable, value]));
  const ending = await runProgram({
    path: found.path,
    command,
    environment: { ...process.env, ...formed },
    asItWas,
  });
  if (!('error' in ending)) return ending;
  tell(`The command can’t be run (${ending.error.code}).`);
  return { code: ending.error.code === 'ENOENT' ? exitCodes.notFound : exitCodes.notExecutable };
}

/** Resolves when it was taken, or nobody is there any more to take it. */
function print(text: string): Promise<Ending> {
  return new Promise((finish) => {
    const done = (error?: Error | null) => {
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') finish(fail(error));
      else finish({ code: error ? exitCodes.failed : exitCodes.done });
    };
    process.stdout.once('error', done);
    process.stdout.write(text, done);
  });
}

/** Not by Node's stream, which makes a pipe non-blocking for every program that has it, the command's own among them. */
function tell(text: string): void {
  try {
    writeSync(2, `latchkey: ${text}\n`);
  } catch {
    // Nobody is there to be told.
  }
}

function fail(error: unknown): Ending {
  if (error instanceof UsageError) {
    const more = error.command === undefined ? ' `latchkey --help` lists the commands.' : '';
    tell(`${error.message}${more}`);
    return { code: exitCodes.usage };
  }
  if (!(error instanceof AppError)) {
    // Not its message, which nobody wrote for a terminal, and which could hold anything.
    tell(`Something unexpected happened (${error instanceof Error ? error.name : typeof error}).`);
    return { code: exitCodes.failed };
  }
  if (error.code === 'cancelled') return { code: 130 };
  tell([error.message, error.hint].filter(Boolean).join(' '));
  return { code: lockedCodes.includes(error.code) ? exitCodes.locked : exitCodes.failed };
}
