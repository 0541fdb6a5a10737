/**
 * A real GNOME Keyring under a private D-Bus session, in a home of its own. Nothing of the machine's own session is
 * seen or touched: the address is only in `env`, for child processes, and only what was started here is ended.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface SecretService {
  /** For the processes that are to see this keyring. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Starts the keyring daemon, with its login keyring open, or closed. */
  startKeyring(options?: { readonly isUnlocked?: boolean }): Promise<void>;
  /** Ends the keyring daemon; what it kept stays on disk. */
  stopKeyring(): Promise<void>;
  /** Closes the login keyring, as a desktop's own lock does. */
  lock(): Promise<void>;
  /** How many entries Latchkey has in it. */
  entryCount(): Promise<number>;
  /** Makes the daemon hang: it takes calls and answers none. */
  freeze(): void;
  thaw(): void;
  /** Ends the bus and the daemon, and takes the folder away. */
  close(): Promise<void>;
}

/** Without a session bus in reach: no address, no runtime folder that has one, no display to start one for. */
export function noSessionBus(folder: string): Readonly<Record<string, string | undefined>> {
  return {
    ...homeIn(folder),
    DBUS_SESSION_BUS_ADDRESS: undefined,
    DISPLAY: undefined,
    WAYLAND_DISPLAY: undefined,
  };
}

/** A private bus. No service is started by asking for it: a keyring is there when `startKeyring` was called. */
export async function startSecretService(): Promise<SecretService> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-keyring-'));
  const env = { ...noSessionBus(folder), DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/bus` };
  const bus = await startBus(folder, env);
  let keyring: ChildProcess | undefined;

  const service: SecretService = {
    env,
    async startKeyring({ isUnlocked = true } = {}) {
      if (keyring) throw new Error('A keyring runs already');
      keyring = spawn(
        'gnome-keyring-daemon',
        ['--foreground', '--components=secrets', ...(isUnlocked ? ['--unlock'] : [])],
        { env: { ...process.env, ...env }, stdio: ['pipe', 'ignore', 'ignore'] },
      );
      keyring.stdin?.end(isUnlocked ? 'keyring password' : '');
      await untilOwned(env);
    },
    async stopKeyring() {
      await end(keyring);
      keyring = undefined;
    },
    async lock() {
      await call(env, 'org.freedesktop.secrets', '/org/freedesktop/secrets', [
        'org.freedesktop.Secret.Service.Lock',
        'array:objpath:/org/freedesktop/secrets/collection/login',
      ]);
    },
    async entryCount() {
      const { stdout } = await call(env, 'org.freedesktop.secrets', '/org/freedesktop/secrets', [
        'org.freedesktop.Secret.Service.SearchItems',
        'dict:string:string:service,Latchkey',
      ]);
      return stdout.match(/object path/g)?.length ?? 0;
    },
    freeze: () => void keyring?.kill('SIGSTOP'),
    thaw: () => void keyring?.kill('SIGCONT'),
    async close() {
      await end(keyring);
      await end(bus);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return service;
}

function homeIn(folder: string): Record<string, string> {
  const names = {
    HOME: 'home',
    XDG_RUNTIME_DIR: 'run',
    XDG_DATA_HOME: 'data',
    XDG_CONFIG_HOME: 'config',
    XDG_CACHE_HOME: 'cache',
  };
  return Object.fromEntries(
    Object.entries(names).map(([variable, name]) => {
      const path = join(folder, name);
      mkdirSync(path, { recursive: true, mode: 0o700 });
      return [variable, path];
    }),
  );
}

/** With a configuration that has no folder of services, or the bus would start the machine's own keyring by itself. */
async function startBus(folder: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const configuration = join(folder, 'bus.conf');
  writeFileSync(
    configuration,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
      "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
    <busconfig>
      <type>session</type><auth>EXTERNAL</auth><listen>unix:path=${folder}/bus</listen>
      <policy context="default">
        <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
      </policy>
    </busconfig>`,
  );
  const bus = spawn('dbus-daemon', [`--config-file=${configuration}`, '--nofork', '--print-address=1'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const failed = once(bus, 'exit').then(() => {
    throw new Error('dbus-daemon ended before it was ready');
  });
  await Promise.race([once(bus.stdout, 'data'), failed]);
  failed.catch(() => {});
  return bus;
}

/** Asks the bus until the keyring's name has an owner; each question is answered at once. */
async function untilOwned(env: NodeJS.ProcessEnv): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
    const { stdout } = await call(env, 'org.freedesktop.DBus', '/org/freedesktop/DBus', [
      'org.freedesktop.DBus.NameHasOwner',
      'string:org.freedesktop.secrets',
    ]);
    if (stdout.includes('boolean true')) return;
  }
  throw new Error('gnome-keyring-daemon did not appear on the bus');
}

function call(env: NodeJS.ProcessEnv, destination: string, path: string, message: readonly string[]) {
  return run('dbus-send', ['--session', '--print-reply', `--dest=${destination}`, path, ...message], {
    env: { ...process.env, ...env },
  });
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
