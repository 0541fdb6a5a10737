/**
 * A real GNOME Keyring under a private D-Bus session, in a home of its own. Nothing of the machine's own session is
 * seen or touched: the address is only in `env`, for child processes, and only what was started here is ended.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Prompter, prompterServices, startPrompter } from './prompter.ts';

const run = promisify(execFile);

export const keyringPassword = 'keyring password';

export interface SecretService {
  /** For the processes that are to see this keyring. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the session has its home, its data and its sockets. */
  readonly folder: string;
  /** What the user sees of it, when it was asked for; else there is nothing to show prompts, and they are dismissed. */
  readonly prompter: Prompter;
  /** Starts the keyring daemon, with its login keyring open, or closed. A user who has none yet gets one if it is open. */
  startKeyring(options?: { readonly isUnlocked?: boolean }): Promise<void>;
  /** Ends the keyring daemon; what it kept stays on disk. */
  stopKeyring(): Promise<void>;
  /** Closes the login keyring, as a desktop's own lock does. */
  lock(): Promise<void>;
  /** How many entries Latchkey has in it. */
  entryCount(): Promise<number>;
  /** Opens it, as logging in does. */
  unlock(): Promise<void>;
  /** Makes the daemon hang: it takes calls and answers none. */
  freeze(): void;
  thaw(): void;
  /** Ends the bus, under everyone that is connected to it; the daemon goes with it. */
  stopBus(): Promise<void>;
  /** At the same address. */
  startBus(): Promise<void>;
  /** Which items Latchkey has, in whatever collection: their object paths. */
  items(): Promise<string[]>;
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
export async function startSecretService({
  withPrompter = false,
}: {
  /** Prompts are shown on a screen of the test's own. */
  readonly withPrompter?: boolean;
} = {}): Promise<SecretService> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-keyring-'));
  const prompter = withPrompter ? await startPrompter() : undefined;
  const env = {
    ...noSessionBus(folder),
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/bus`,
    ...(prompter ? { DISPLAY: prompter.display } : {}),
  };
  const configuration = configureBus(folder, withPrompter);
  let bus: ChildProcess | undefined = await startBus(configuration, env);
  let keyring: ChildProcess | undefined;

  const service: SecretService = {
    env,
    folder,
    get prompter() {
      if (!prompter) throw new Error('It was started without a prompter');
      return prompter;
    },
    async startKeyring({ isUnlocked = true } = {}) {
      if (keyring) throw new Error('A keyring runs already');
      keyring = spawn(
        'gnome-keyring-daemon',
        ['--foreground', '--components=secrets', ...(isUnlocked ? ['--unlock'] : [])],
        { env: { ...process.env, ...env }, stdio: ['pipe', 'ignore', 'ignore'] },
      );
      keyring.stdin?.end(isUnlocked ? keyringPassword : '');
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
    unlock: () => unlockLogin(join(folder, 'run', 'keyring', 'control')),
    freeze: () => void keyring?.kill('SIGSTOP'),
    thaw: () => void keyring?.kill('SIGCONT'),
    async stopBus() {
      await end(bus);
      bus = undefined;
      await service.stopKeyring();
    },
    async startBus() {
      if (bus) throw new Error('A bus runs already');
      rmSync(join(folder, 'bus'), { force: true });
      bus = await startBus(configuration, env);
    },
    async items() {
      const { stdout } = await call(env, 'org.freedesktop.secrets', '/org/freedesktop/secrets', [
        'org.freedesktop.Secret.Service.SearchItems',
        'dict:string:string:service,Latchkey',
      ]);
      return [...stdout.matchAll(/object path "([^"]+)"/g)].map(([, path]) => path ?? '');
    },
    async close() {
      await end(keyring);
      await end(bus);
      await prompter?.close();
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

/** Without a folder of services but the prompter's, or the bus would start the machine's own keyring by itself. */
function configureBus(folder: string, withPrompter: boolean): string {
  const configuration = join(folder, 'bus.conf');
  const services = join(folder, 'services');
  mkdirSync(services);
  if (withPrompter) prompterServices(services);
  writeFileSync(
    configuration,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
      "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
    <busconfig>
      <type>session</type><auth>EXTERNAL</auth><listen>unix:path=${folder}/bus</listen>
      <servicedir>${services}</servicedir>
      <policy context="default">
        <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
      </policy>
    </busconfig>`,
  );
  return configuration;
}

async function startBus(configuration: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
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

/**
 * What PAM sends to the daemon when the user logs in: a byte for its credentials, and then the size of all, the request
 * (1: unlock), and the password with its size. It answers with the size, and 0.
 */
async function unlockLogin(controlSocket: string): Promise<void> {
  const password = Buffer.from(keyringPassword);
  const request = Buffer.alloc(12);
  request.writeUInt32BE(request.length + password.length, 0);
  request.writeUInt32BE(1, 4);
  request.writeUInt32BE(password.length, 8);
  const socket = connect(controlSocket);
  try {
    await once(socket, 'connect');
    socket.write(Buffer.concat([Buffer.of(0), request, password]));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (answer.length !== 8 || answer.readUInt32BE(4) !== 0) throw new Error('The keyring was not unlocked');
  } finally {
    socket.destroy();
  }
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
