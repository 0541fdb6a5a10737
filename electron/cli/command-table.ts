/** The subcommands and their options: what is parsed, what `--help` tells, and what a shell completes. */

export interface Option {
  readonly type: 'boolean' | 'string';
  readonly short?: string;
  readonly multiple?: boolean;
  /** What stands for its value in the help; absent for a boolean. */
  readonly value?: string;
  readonly help: string;
}

export interface Command {
  /** What follows its name. */
  readonly usage: string;
  readonly summary: string;
  readonly details?: readonly string[];
  readonly positionals: readonly ('app' | 'other')[];
  /** The positionals may be left out. */
  readonly isForAll?: boolean;
  /** What follows `--` is another program's. */
  readonly takesProgram?: boolean;
  readonly options: Readonly<Record<string, Option>>;
}

export const commonOptions: Readonly<Record<string, Option>> = {
  'data-folder': { type: 'string', value: 'DIR', help: 'Latchkey’s data folder, where it is another one.' },
  help: { type: 'boolean', short: 'h', help: 'Tells about it.' },
};

const json: Option = { type: 'boolean', help: 'Prints JSON.' };
const pair: Option = {
  type: 'string',
  value: 'LABEL|KEY',
  help: 'Of several pairs of key and secret, which; without it the current one.',
};
const data: Option = { type: 'string', value: 'JSON', help: 'Signed byte for byte.' };

/** `latchkey sign channel` is the entry `sign channel`. */
export const commands: Readonly<Record<string, Command>> = {
  exec: {
    usage: 'APP -- COMMAND [ARGUMENT…]',
    summary: 'starts a command with the app’s variables in its environment',
    details: [
      'Nothing is written to disk. Signals and the exit code are the command’s own.',
      '126 and 127: the command can’t be run, or is not there.',
    ],
    positionals: ['app'],
    takesProgram: true,
    options: {
      pair,
      format: {
        type: 'string',
        value: 'NAME',
        help: 'Whose names the variables have, such as laravel-pusher.',
      },
    },
  },
  env: {
    usage: 'APP',
    summary: 'prints the app’s variables, for a .env file or a shell',
    details: ['On a terminal it asks before it prints secrets.'],
    positionals: ['app'],
    options: {
      pair,
      format: {
        type: 'string',
        value: 'NAME',
        help: 'A framework, such as next or vite; or shell, or json.',
      },
      'names-only': { type: 'boolean', help: 'Prints what the variables are called, and no value.' },
      yes: { type: 'boolean', short: 'y', help: 'Does not ask.' },
    },
  },
  list: {
    usage: '',
    summary: 'lists apps and services, and which credentials they have',
    positionals: [],
    options: { json, names: { type: 'boolean', help: 'Prints what APP may be, a line each.' } },
  },
  'sign channel': {
    usage: 'APP SOCKET_ID CHANNEL',
    summary: 'signs a subscription, as an auth endpoint answers it',
    positionals: ['app', 'other', 'other'],
    options: { pair },
  },
  'sign presence': {
    usage: 'APP SOCKET_ID CHANNEL --data JSON',
    summary: 'the same for a presence channel',
    positionals: ['app', 'other', 'other'],
    options: { pair, data },
  },
  'sign user': {
    usage: 'APP SOCKET_ID --data JSON',
    summary: 'signs a user in, as an auth endpoint answers it',
    positionals: ['app', 'other'],
    options: { pair, data },
  },
  'sign http': {
    usage: 'APP METHOD PATH',
    summary: 'signs a request of the HTTP API, and prints its URL',
    details: ['PATH is below /apps/ID, or has it: /channels is /apps/ID/channels.'],
    positionals: ['app', 'other', 'other'],
    options: {
      pair,
      query: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'A parameter. May be repeated.' },
      body: {
        type: 'string',
        value: 'BODY',
        help: 'The body: @FILE, - for standard input, or the text itself.',
      },
      json,
    },
  },
  check: {
    usage: '[APP]',
    summary: 'asks the provider whether the credentials work; without APP, of all',
    details: ['Nothing is changed and nothing published. 1 when something does not work.'],
    positionals: ['app'],
    isForAll: true,
    options: {
      elsewhere: { type: 'boolean', help: 'Looks in the provider’s other places as well.' },
      json,
    },
  },
  lock: {
    usage: '',
    summary: 'locks the vault of the Latchkey that runs',
    positionals: [],
    options: { forget: { type: 'boolean', help: 'Also when secrets of this session only go with it.' } },
  },
  unlock: {
    usage: '',
    summary: 'unlocks it; a passphrase is asked for on a terminal only',
    positionals: [],
    options: {},
  },
  completion: {
    usage: 'bash|zsh|fish',
    summary: 'prints a script that has the shell complete all of this',
    positionals: ['other'],
    options: {},
  },
};

export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  locked: 3,
  notExecutable: 126,
  notFound: 127,
} as const;
