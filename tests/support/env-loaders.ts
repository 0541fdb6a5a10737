/**
 * What real loaders make of one line of a `.env` file. Node and a POSIX shell are on every machine; Vite is among the
 * dependencies; phpdotenv, Ruby's dotenv and python-dotenv are asked where they are installed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { loadEnv } from 'vite';
import type { EnvLoader } from '../../electron/vault/export/env-values.ts';

export interface RealLoader {
  readonly loader: EnvLoader;
  /** The values of `V0`, `V1` … as the loader reads them; undefined for those that it does not read. */
  readonly read: (lines: readonly string[]) => readonly (string | undefined)[];
}

export function installedLoaders(): readonly RealLoader[] {
  const found: RealLoader[] = [
    { loader: 'node', read: readWithNode },
    { loader: 'vite', read: readWithVite },
    { loader: 'shell', read: readWithShell },
  ];
  for (const [loader, command, program, probe] of interpreters) {
    if (spawnSync(command, probe).status === 0) {
      found.push({ loader, read: (lines) => readWith(command, program, lines) });
    }
  }
  return found;
}

const namesOf = (lines: readonly string[]) => lines.map((line) => line.slice(0, line.indexOf('=')));

/** Each reads lines as JSON from its input, one by one, and writes the values as JSON. */
const interpreters: readonly (readonly [
  EnvLoader,
  command: string,
  program: readonly string[],
  probe: string[],
])[] = [
  [
    'phpdotenv',
    'php',
    [
      '-r',
      `require 'Dotenv/autoload.php';
       $values = array_map(function ($line) {
         try { return array_values(Dotenv\\Dotenv::parse($line))[0]; } catch (Throwable $e) { return null; }
       }, json_decode(stream_get_contents(STDIN)));
       echo json_encode($values);`,
    ],
    ['-r', "exit(@include 'Dotenv/autoload.php' ? 0 : 1);"],
  ],
  [
    'ruby',
    'ruby',
    [
      '-e',
      `require 'dotenv'; require 'json'
       puts JSON.generate(JSON.parse(STDIN.read).map { |line| (Dotenv::Parser.call(line).values.first rescue nil) })`,
    ],
    ['-e', "require 'dotenv'; Dotenv::Parser"],
  ],
  [
    'python',
    '/usr/bin/python3',
    [
      '-c',
      `import io, json, sys
from dotenv import dotenv_values
print(json.dumps([next(iter(dotenv_values(stream=io.StringIO(line)).values()), None) for line in json.load(sys.stdin)]))`,
    ],
    ['-c', 'import dotenv'],
  ],
];

function readWith(command: string, program: readonly string[], lines: readonly string[]) {
  const { stdout, status, stderr } = spawnSync(command, [...program], {
    input: JSON.stringify(lines),
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8' },
  });
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
  const values = JSON.parse(stdout.toString()) as readonly (string | null)[];
  return values.map((value) => value ?? undefined);
}

function readWithNode(lines: readonly string[]) {
  const values = parseEnv(lines.join('\n'));
  return namesOf(lines).map((name) => values[name]);
}

/** Through a file, since that is what its function reads. It shows variables with a prefix only. */
function readWithVite(lines: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-env-'));
  try {
    writeFileSync(join(folder, '.env'), lines.join('\n'));
    const values = loadEnv('test', folder, 'V');
    return namesOf(lines).map((name) => values[name]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** In a folder of its own and with nothing in its path, so that a line that runs something shows. */
function readWithShell(lines: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-env-'));
  try {
    const print = namesOf(lines).map((name) => `printf '%s\\0' "$${name}"`);
    writeFileSync(join(folder, 'values.env'), `${lines.join('\n')}\n`);
    writeFileSync(join(folder, 'read.sh'), `set -eu\n. ./values.env\n${print.join('\n')}\n`);
    const { stdout, stderr, status } = spawnSync('/bin/sh', ['read.sh'], {
      cwd: folder,
      env: { PATH: folder },
      maxBuffer: 50 * 1024 * 1024,
    });
    if (status !== 0 || stderr.length > 0) throw new Error(`The shell failed: ${stderr}`);
    return stdout.toString().split('\0').slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
