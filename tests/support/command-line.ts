/** The `latchkey` command as a user starts it, and Latchkey's web host with apps for it to find. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { ProfileInput } from '#shared/contract/profiles.ts';
import type { StoreKind } from '#shared/contract/vault.ts';
import { eventually } from './conditions.ts';
import { type Program, type ProgramOptions, startProgram } from './programs.ts';
import { type ServeProgram, startServeProgram } from './serve-program.ts';
import { openSocketClient, type SocketClient } from './socket-client.ts';

export const launcher = fileURLToPath(new URL('../../electron/cli/latchkey.mjs', import.meta.url));

export interface Ended {
  readonly ended: number | string | null;
  readonly output: string;
  readonly complaints: string;
}

/** In a session of its own, so that it has no terminal. */
export function startLatchkeyCommand(args: readonly string[], options: ProgramOptions = {}): Program {
  return startProgram(process.execPath, [launcher, ...args], options);
}

export async function latchkey(args: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
  const program = startLatchkeyCommand(args, options);
  const ended = await program.ended;
  return { ended, output: program.output(), complaints: program.complaints() };
}

export interface TestApp {
  readonly profileId: string;
  readonly profile: ProfileInput;
  readonly secret: string;
  readonly masterKey: string;
}

export const newPassphrase = () =>
  `${randomBytes(6).toString('base64')} "é☕\\ ${randomBytes(6).toString('base64')}`;

export function profileNamed(name: string, changes: Partial<ProfileInput> = {}): ProfileInput {
  return {
    name,
    environment: 'local',
    dialect: 'pusher',
    appId: '1234',
    key: randomBytes(10).toString('hex'),
    location: { kind: 'cluster', cluster: 'eu' },
    ...changes,
  };
}

/** The web host as the owner of a data folder, with the page's client to put something into it. */
export class Owner {
  readonly dataFolder: string;
  readonly host: ServeProgram;
  readonly socket: SocketClient;

  private constructor(dataFolder: string, host: ServeProgram) {
    this.dataFolder = dataFolder;
    this.host = host;
    this.socket = openSocketClient(host.url);
  }

  static async start(dataFolder: string, environment: NodeJS.ProcessEnv = {}): Promise<Owner> {
    return new Owner(dataFolder, await startServeProgram({ dataFolder, environment }));
  }

  get client() {
    return this.socket.client;
  }

  async choose(store: StoreKind, passphrase?: string): Promise<void> {
    if (store === 'file') await this.client.secrets.passphrase({ how: 'choose', value: passphrase ?? '' });
    else await this.client.call('vault.chooseStore', { store });
  }

  async add(profile: ProfileInput): Promise<TestApp> {
    const [secret, masterKey] = [randomBytes(20).toString('hex'), randomBytes(32).toString('base64')];
    const { profileId } = await this.client.call('profiles.save', { profile });
    await this.client.secrets.enter({ profileId, kind: 'secret', slot: 'current', value: secret });
    await this.client.secrets.enter({ profileId, kind: 'masterKey', slot: 'current', value: masterKey });
    return { profileId, profile, secret, masterKey };
  }

  async untilState(state: string): Promise<void> {
    await eventually(async () => (await this.client.call('vault.status', {})).state === state, {
      withinMs: 20_000,
      what: state,
    });
  }

  /** Newest first. */
  async audited() {
    return (await this.client.call('audit.list', { limit: 100 })).entries;
  }

  async stop(): Promise<void> {
    this.socket.close();
    await this.host.stop();
  }
}

/** What the variables of the app are to be, under the names of Node's programs. */
export function variablesOf({ profile, secret, masterKey }: TestApp): Record<string, string> {
  return {
    PUSHER_APP_ID: profile.appId,
    PUSHER_APP_KEY: profile.key,
    PUSHER_APP_SECRET: secret,
    PUSHER_APP_CLUSTER: profile.location.kind === 'cluster' ? profile.location.cluster : 'mt1',
    PUSHER_ENCRYPTION_MASTER_KEY_BASE64: masterKey,
  };
}
