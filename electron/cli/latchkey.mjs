#!/usr/bin/env node
/**
 * The `latchkey` command of a clone. Runs on any Node that `engines` allows, and goes on in the project's own, which runs
 * the sources as they are. What was compiled is kept beside that Node: in a folder of everybody's, somebody else could
 * have put code there.
 */
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { endAs, passThrough } from './pass-through.mjs';

const root = new URL('../../', import.meta.url);
const inModules = (path) => fileURLToPath(new URL(`node_modules/${path}`, root));
const wantedMajor = 24;

endAs(Number(process.versions.node.split('.')[0]) >= wantedMajor ? await run() : await goOnInProjectNode());

async function run() {
  module.enableCompileCache(inModules('.cache/latchkey'));
  const { runCommandLine } = await import('./main.ts');
  return runCommandLine({ args: process.argv.slice(2), code: new URL('../', import.meta.url), version });
}

function version() {
  return String(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).version);
}

async function goOnInProjectNode() {
  const node = inModules(`node/bin/${process.platform === 'win32' ? 'node.exe' : 'node'}`);
  if (!existsSync(node))
    return fail(`It needs Node ${wantedMajor}, which \`npm ci\` in its folder installs.`);
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const ending = await passThrough(node, args, {});
  return 'error' in ending ? fail(`The project’s Node can’t be run (${ending.error.code}).`) : ending;
}

function fail(message) {
  process.stderr.write(`latchkey: ${message}\n`);
  return { code: 1 };
}
