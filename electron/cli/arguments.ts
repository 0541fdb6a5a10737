/** The command line as it was typed, read. */
import { parseArgs } from 'node:util';
import { type Command, commands, commonOptions } from './command-table.ts';

/** What was typed can't be understood. The message does not repeat values, which may be secrets in a wrong place. */
export class UsageError extends Error {
  /** The subcommand whose help tells more. */
  readonly command: string | undefined;

  constructor(message: string, command?: string) {
    super(message);
    this.name = 'UsageError';
    this.command = command;
  }
}

export type Arguments =
  | { readonly kind: 'help'; readonly command: string | undefined }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'command';
      readonly name: string;
      readonly positionals: readonly string[];
      /** What follows `--`, for a command that takes it. */
      readonly program: readonly string[];
      readonly options: GivenOptions;
    };

export type GivenOptions = Readonly<
  Record<string, string | boolean | readonly (string | boolean)[] | undefined>
>;

/**
 * Whether what the packaged app was started with is meant for the command: it is one program, under one name. The app
 * itself takes options only.
 */
export function isCommandLine([first]: readonly string[]): boolean {
  if (first === undefined) return false;
  return ['help', '--help', '-h', '--version', 'sign'].includes(first) || Object.hasOwn(commands, first);
}

/** @throws UsageError */
export function readArguments(args: readonly string[]): Arguments {
  const { leading, rest } = splitLeading(args);
  if (leading.includes('--version')) return { kind: 'version' };
  const isHelp = leading.some((each) => each === '--help' || each === '-h') || rest[0] === 'help';
  const words = rest[0] === 'help' ? rest.slice(1) : rest;
  const found = findCommand(words);
  if (isHelp || words.length === 0) {
    if (!isHelp) throw new UsageError('There is no command.');
    return { kind: 'help', command: found?.name };
  }
  if (!found) throw new UsageError(unknownCommand(words));
  return readCommand(found.name, found.command, [...leading, ...words.slice(found.words)]);
}

/** Options may stand before the command as well. */
function splitLeading(args: readonly string[]): { leading: string[]; rest: readonly string[] } {
  const leading: string[] = [];
  let index = 0;
  for (; args[index]?.startsWith('-') && args[index] !== '--'; index++) {
    leading.push(args[index] as string);
    if (args[index] === '--data-folder' && index + 1 < args.length) leading.push(args[++index] as string);
  }
  return { leading, rest: args.slice(index) };
}

function findCommand(words: readonly string[]) {
  for (const count of [2, 1]) {
    const name = words.slice(0, count).join(' ');
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command) return { name, command, words: count };
  }
  return undefined;
}

function unknownCommand(words: readonly string[]): string {
  const kinds = Object.keys(commands).flatMap((name) => name.match(/^sign (.*)/)?.[1] ?? []);
  return words[0] === 'sign' ? `\`sign\` wants one of: ${kinds.join(', ')}.` : 'There is no such command.';
}

function readCommand(name: string, command: Command, args: readonly string[]): Arguments {
  const end = command.takesProgram ? args.indexOf('--') : -1;
  const own = end === -1 ? args : args.slice(0, end);
  const program = end === -1 ? [] : args.slice(end + 1);
  const { values, positionals } = parsed(name, command, own);
  if (values.help) return { kind: 'help', command: name };
  const wanted = command.positionals.length;
  if (positionals.length !== wanted && !(command.isForAll && positionals.length === 0)) {
    const how = positionals.length < wanted ? 'Something is missing' : 'That is too much';
    throw new UsageError(`${how}: it is \`${usageOf(name)}\`.`, name);
  }
  if (command.takesProgram && program.length === 0) {
    throw new UsageError(`The command is missing: it is \`${usageOf(name)}\`.`, name);
  }
  return { kind: 'command', name, positionals, program, options: values };
}

export function usageOf(name: string): string {
  return `latchkey ${name} ${commands[name]?.usage ?? ''}`.trim();
}

function parsed(name: string, command: Command, args: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries({ ...command.options, ...commonOptions }).map(([option, { type, short, multiple }]) => [
      option,
      { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('ERR_PARSE_ARGS_')) throw error;
    // Node repeats what was typed. Only an option's name is repeated here, and only if it is one.
    const option = Object.keys(options).find(
      (each) => message.includes(`'--${each}`) || message.includes(`--${each} `),
    );
    const what = option ? `--${option} is not given as it should be` : 'There is no such option';
    throw new UsageError(`${what}: see \`latchkey ${name} --help\`.`, name);
  }
}
