/** What the tests need of the system: installed with apt where that is allowed, named exactly where it is not. */
import { readdirSync } from 'node:fs';
import { findChromium, findCommand } from './chromium.mjs';
import { run } from './processes.mjs';

const needs = {
  linux: [
    { name: 'Chromium', packageName: 'chromium', isThere: () => findChromium() !== undefined },
    { name: 'GNOME Keyring', packageName: 'gnome-keyring', isThere: hasCommand('gnome-keyring-daemon') },
    { name: 'GNOME’s keyring prompter', packageName: 'gcr', isThere: hasPrompter },
    { name: 'D-Bus', packageName: 'dbus', isThere: hasCommand('dbus-run-session') },
    { name: 'libsecret', packageName: 'libsecret-1-0', isThere: () => hasLibrary('libsecret-1.so.0') },
    { name: 'Xvfb', packageName: 'xvfb', isThere: hasCommand('Xvfb') },
    { name: 'xauth', packageName: 'xauth', isThere: hasCommand('xauth') },
    { name: 'zsh', packageName: 'zsh', isThere: hasCommand('zsh') },
    { name: 'fish', packageName: 'fish', isThere: hasCommand('fish') },
    { name: 'xdotool', packageName: 'xdotool', isThere: hasCommand('xdotool') },
  ],
  other: [{ name: 'Chromium, Chrome or Edge', isThere: () => findChromium() !== undefined }],
};

function missing() {
  return (needs[process.platform] ?? needs.other).filter(({ isThere }) => !isThere());
}

/** @returns {Promise<boolean>} whether everything is there */
export async function prepareSystem() {
  if (missing().length > 0) await installWithApt(missing().map(({ packageName }) => packageName));
  const left = missing();
  if (left.length === 0) return true;
  console.log(`Missing: ${left.map(({ name }) => name).join(', ')}.`);
  console.log(howTo(left));
  return false;
}

function howTo(left) {
  if (process.platform !== 'linux')
    return 'Install it, or set LATCHKEY_CHROMIUM to the path of its executable.';
  const names = left.map(({ packageName }) => packageName).join(' ');
  return `On Debian and Ubuntu: sudo apt-get install ${names}. Elsewhere, install what provides them there.`;
}

async function installWithApt(packages) {
  if (!findCommand('apt-get')) return;
  const asRoot = await rootPrefix();
  if (!asRoot) return;
  const command = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y'];
  const apt = (...args) => {
    const [file, ...rest] = [...command, ...args];
    return run(file, rest, { stdio: ['ignore', 'ignore', 'inherit'], deadlineMs: 10 * 60_000 });
  };
  console.log(`Installing ${packages.join(', ')}…`);
  const install = () => apt('install', '--no-install-recommends', ...packages);
  // A fresh container has no package lists yet, and an old one has stale ones.
  if ((await install()) !== 0 && (await apt('update')) === 0) await install();
}

async function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  if (findCommand('sudo') && (await run('sudo', ['-n', 'true'], { stdio: 'ignore' })) === 0)
    return ['sudo', '-n'];
  return undefined;
}

function hasCommand(name) {
  return () => findCommand(name) !== undefined;
}

/** It is no command: a bus starts it. */
function hasPrompter() {
  return ['/usr/libexec', '/usr/lib'].some((folder) => holds(folder, 'gcr-prompter'));
}

/** @param {string} fileName */
function hasLibrary(fileName) {
  const folders = ['/usr/lib', '/usr/lib64', '/lib', '/lib64', '/usr/local/lib'];
  return folders.some(
    (folder) => holds(folder, fileName) || subfolders(folder).some((sub) => holds(sub, fileName)),
  );
}

function holds(folder, fileName) {
  return list(folder).some(({ name }) => name === fileName);
}

/** Debian's libraries are in a folder per architecture. */
function subfolders(folder) {
  return list(folder)
    .filter((entry) => entry.isDirectory() && entry.name.includes('linux-'))
    .map(({ name }) => `${folder}/${name}`);
}

function list(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
