/** Gets Electron's binary, which npm does not bring, and says in a few words why it can't be had. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runNode } from './processes.mjs';
import { inRoot, readJson } from './project.mjs';

const folder = inRoot('node_modules/electron');
/** A network that has not sent a byte by then is taken for dead; so is one that stops. */
const firstByteMs = 6_000;
const silenceMs = 15_000;

/** Why Electron can't be shown on this machine at all, whether or not it is here. */
export function whyNotShown(platform = process.platform, environment = process.env) {
  if (platform === 'win32' || platform === 'darwin') return undefined;
  if (!environment.DISPLAY && !environment.WAYLAND_DISPLAY) return 'there is no display';
  if (process.getuid?.() === 0) return 'its sandbox does not work for root, and Latchkey keeps the sandbox';
  return undefined;
}

/** The binary, if it is here and of the right version. */
export function electronPath() {
  const name = executableName();
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return existsSync(join(override, name)) ? join(override, name) : undefined;
  try {
    const { version } = readJson(join(folder, 'package.json'));
    if (readFileSync(join(folder, 'dist/version'), 'utf8').trim().replace(/^v/, '') !== version)
      return undefined;
    const path = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim());
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** @returns {Promise<{ path: string } | { why: string }>} */
export async function obtainElectron() {
  const found = electronPath();
  if (found) return { path: found };
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH)
    return { why: `ELECTRON_OVERRIDE_DIST_PATH holds no ${executableName()}` };
  if (process.env.ELECTRON_SKIP_BINARY_DOWNLOAD) return { why: 'ELECTRON_SKIP_BINARY_DOWNLOAD is set' };
  try {
    await download();
  } catch (error) {
    return { why: explain(error) };
  }
  if ((await runNode([join(folder, 'install.js')])) !== 0) return { why: 'it could not be unpacked' };
  const path = electronPath();
  return path ? { path } : { why: 'it could not be unpacked' };
}

function executableName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

/** Into the cache where Electron's own install.js looks first: that one shows no progress, and waits without end. */
async function download() {
  // Must be set before the downloader is loaded.
  if (process.env.HTTPS_PROXY || process.env.https_proxy) process.env.ELECTRON_GET_USE_PROXY ??= '1';
  const fromElectron = createRequire(join(folder, 'package.json'));
  const { downloadArtifact } = await import(pathToFileURL(fromElectron.resolve('@electron/get')).href);
  const { version } = readJson(join(folder, 'package.json'));
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), firstByteMs);
  const progress = progressLine(`Downloading Electron ${version}`);
  try {
    await downloadArtifact({
      version,
      artifactName: 'electron',
      platform: process.env.ELECTRON_INSTALL_PLATFORM || process.env.npm_config_platform || process.platform,
      arch: process.env.ELECTRON_INSTALL_ARCH || process.env.npm_config_arch || process.arch,
      cacheRoot: process.env.electron_config_cache,
      checksums: fromElectron('./checksums.json'),
      downloadOptions: {
        quiet: true,
        signal: silence.signal,
        getProgressCallback: async ({ transferred, total }) => {
          clearTimeout(timer);
          timer = setTimeout(() => silence.abort(), silenceMs);
          progress.show(transferred, total);
        },
      },
    });
  } finally {
    clearTimeout(timer);
    progress.end();
  }
}

/** One line that is redrawn on a terminal, and a line every tenth elsewhere. */
function progressLine(title) {
  let shown = -1;
  return {
    show(transferred, total) {
      const percent = total ? Math.floor((transferred / total) * 100) : 0;
      if (percent === shown || (!process.stdout.isTTY && percent % 10 !== 0)) return;
      shown = percent;
      const line = `${title}: ${percent}% of ${Math.round((total ?? 0) / 1e6)} MB`;
      process.stdout.write(process.stdout.isTTY ? `\r${line}` : `${line}\n`);
    },
    end() {
      if (shown >= 0 && process.stdout.isTTY) process.stdout.write('\n');
    },
  };
}

function explain(error) {
  if (error.name === 'AbortError') return `${host()} does not answer`;
  if (error.name === 'HTTPError') return `${host()} answered with status ${error.response.status}`;
  const code = error.cause?.code ?? error.code;
  if (code) return `${host()} can't be reached (${code})`;
  return error.message.split('\n')[0].replace(/\.+$/, '');
}

function host() {
  const mirror =
    process.env.npm_config_electron_mirror ||
    process.env.NPM_CONFIG_ELECTRON_MIRROR ||
    process.env.ELECTRON_MIRROR ||
    'https://github.com';
  return URL.canParse(mirror) ? new URL(mirror).host : 'the mirror';
}
