/**
 * The `latchkey` command: a secret is where the user wanted it, in the environment of a command or in what `env` prints,
 * and in nothing else, whether a Latchkey that runs is asked or nobody is there, and whatever goes wrong.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandboxServer, type SandboxServer } from '../../../electron/sandbox/server/sandbox-server.ts';
import { launcher, newPassphrase, profileNamed } from '../../support/command-line.ts';
import { eventually } from '../../support/conditions.ts';
import { leaksIn, newControl, newMarker, placesOf } from '../../support/leak-verdict.ts';
import { searchStartOf } from '../../support/process-memory.ts';
import { type Program, startProgram } from '../../support/programs.ts';
import { type Finding, SecretSearch } from '../../support/secret-search.ts';
import { type SecretService, startSecretService } from '../../support/secret-service.ts';
import type { ServeProgram } from '../../support/serve-program.ts';
import { openSocketClient, type SocketClient } from '../../support/socket-client.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { startAtTerminal } from '../../support/terminal-program.ts';
import {
  findingsInMemory,
  killAll,
  preloading,
  WatchedFolders,
  wholeIn,
} from '../../support/watched-serve.ts';

const masterKey = randomBytes(32);
const values = {
  'master key': masterKey.toString('base64'),
  'secret of Airship': randomBytes(15).toString('base64url'),
  'secret of IBM': randomBytes(15).toString('base64url'),
  passphrase: newPassphrase(),
  'wrong passphrase': newPassphrase(),
  /** That somebody typed where it does not belong. It is on a command line, and nowhere else for that. */
  mistyped: randomBytes(15).toString('base64url'),
};
const control = newControl();
const marker = newMarker();
const shop = `shop-${marker.value}`;
let server: SandboxServer;
let search: SecretSearch;
/** Of the app, which its server knows. */
let secret: string;
let profile: ReturnType<typeof profileNamed>;

beforeAll(async () => {
  server = await createSandboxServer();
  const app = server.createApp();
  ({ secret } = app.oldestPair);
  const endpoint = { host: '127.0.0.1', port: server.port, tls: false, path: '' };
  const location = { kind: 'endpoints', http: endpoint, webSocket: endpoint } as const;
  const { key } = app.oldestPair;
  profile = profileNamed(shop, { dialect: 'other', appId: app.appId, key, location });
  const named = Object.entries({ secret, ...values }).map(([name, value]) => ({ name, value }));
  search = new SecretSearch([
    ...named,
    { name: 'the bytes of the master key', value: masterKey },
    control,
    marker,
  ]);
});
afterAll(() => server.close());

/** Of the app alone. */
const ofTheApp = ['secret', 'master key', 'the bytes of the master key'];

/** Latchkey, with an app and two services, in one place for secrets. */
class Stage {
  readonly folders = new WatchedFolders(temporaryFolder());
  readonly #place: 'keychain' | 'vault file';
  keyring!: SecretService;
  host!: ServeProgram;
  socket!: SocketClient;
  readonly #closing: (() => unknown)[] = [];
  /** What all of them wrote. */
  readonly outputs: (() => string)[] = [];

  constructor(place: 'keychain' | 'vault file') {
    this.#place = place;
  }

  async open(): Promise<void> {
    this.keyring = await startSecretService();
    this.#closing.push(() => this.keyring.close());
    if (this.#place === 'keychain') await this.keyring.startKeyring();
    await this.start();
    const { client } = this.socket;
    if (this.#place === 'vault file') {
      await client.secrets.passphrase({ how: 'choose', value: values.passphrase });
    }
    const { profileId } = await client.call('profiles.save', { profile });
    await client.secrets.enter({ profileId, slot: 'current', kind: 'secret', value: secret });
    const ofMasterKey = { kind: 'masterKey', value: values['master key'] };
    await client.secrets.enter({ profileId, slot: 'current', ...ofMasterKey });
    const site = [
      { fieldId: 'site', value: 'go.airship.eu' },
      { fieldId: 'appKey', value: 'a-key' },
    ];
    await this.#addService('airship', site, 'masterSecret', values['secret of Airship']);
    const guid = [{ fieldId: 'appGuid', value: 'a-guid' }];
    await this.#addService('ibm-push', guid, 'iamApiKey', values['secret of IBM']);
  }

  async #addService(
    provider: string,
    fields: { fieldId: string; value: string }[],
    kind: string,
    value: string,
  ): Promise<void> {
    const { client } = this.socket;
    const service = { name: provider, environment: 'local', provider, fields } as const;
    const { profileId } = await client.call('profiles.saveService', { service });
    await client.secrets.enter({ profileId, slot: 'current', kind, value });
  }

  async start(): Promise<void> {
    this.host = await this.folders.start(this.keyring.env);
    this.#closing.push(this.host.stop);
    this.outputs.push(this.host.output);
    this.socket = openSocketClient(this.host.url);
    this.#closing.push(this.socket.close);
    const settled = ['unlocked', 'locked', 'choose'];
    await eventually(
      async () => settled.includes((await this.socket.client.call('vault.status', {})).state),
      { withinMs: 20_000, what: 'its state' },
    );
  }

  async stop(): Promise<void> {
    this.socket.close();
    await this.host.stop();
  }

  async close(): Promise<void> {
    for (const close of this.#closing.toReversed()) await close();
  }

  get environment(): NodeJS.ProcessEnv {
    // A command that opens the vault itself asks no provider either.
    return {
      ...this.keyring.env,
      TMPDIR: this.folders.temporary,
      NODE_OPTIONS: preloading('quick-vault.ts'),
    };
  }

  argumentsFor([command = '', ...rest]: readonly string[]): string[] {
    const words = command === 'sign' ? [command, rest.shift() ?? ''] : [command];
    return [launcher, ...words, '--data-folder', this.folders.data, ...rest];
  }

  startCommand(...args: string[]): Program {
    return startProgram(process.execPath, this.argumentsFor(args), { env: this.environment });
  }

  /** With what every user of the machine could see meanwhile. */
  async run(...args: string[]) {
    const program = this.startCommand(...args);
    let isOver = false;
    const watching = commandLinesUntil(() => isOver);
    const ended = await program.ended;
    isOver = true;
    const [output, complaints] = [program.output(), program.complaints()];
    return { ended, output, complaints, onCommandLines: await watching };
  }

  /** On disk, in what the owner wrote, in what the page and main were told. */
  async findings(): Promise<Finding[]> {
    const messages = this.folders.messages('latchkey-vault');
    return [
      ...(await this.folders.findings(search, control)),
      ...this.outputs.flatMap((output) => search.inText('the output', output())),
      ...this.socket.received.flatMap((message) => search.inText('a message to the page', message)),
      ...messages.flatMap(({ bytes }) => search.inBytes('a message from the vault process', bytes)),
    ];
  }
}

/** Of all processes of the machine. */
async function commandLinesUntil(isOver: () => boolean): Promise<Finding[]> {
  const seen = new Set<string>();
  while (!isOver()) {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
      } catch {
        // ESRCH, ENOENT: it has ended meanwhile.
      }
    }
    // Between two looks a program of ours can't have come and gone: Node alone takes longer to start.
    await delay(5);
  }
  return [...seen].flatMap((line) => search.inBytes('a command line', Buffer.from(line, 'latin1')));
}

type Command = readonly [ended: number, ...args: string[]];

/** All that lets nothing out, whatever comes of it. */
const harmless: readonly Command[] = [
  [0, 'list'],
  [0, 'env', shop, '--names-only'],
  [0, 'sign', 'channel', shop, '1.2', 'private-x'],
  [0, 'sign', 'http', shop, 'POST', '/events', '--body', '{}'],
  [0, 'check', shop],
  // Providers of services are nowhere.
  [1, 'check', '--json'],
  [1, 'exec', shop, '--pair', 'another', '--', 'true'],
  [1, 'env', values.mistyped],
];
/** What the command does alike, whoever answers it. */
const harmlessAnywhere: readonly Command[] = [
  [0, 'list', '--json'],
  [0, 'sign', 'presence', shop, '1.2', 'presence-x', '--data', '{"user_id":"7"}'],
  [0, 'sign', 'user', shop, '1.2', '--data', '{"id":"7"}'],
  [127, 'exec', shop, '--', '/nonexistent/command'],
  [1, 'env', shop, '--format', 'another'],
  [1, 'sign', 'channel', shop, 'no socket id', 'private-x'],
  // What was typed in a wrong place.
  [1, 'env', shop, '--pair', values.mistyped],
  [1, 'env', shop, '--format', values.mistyped],
  [2, 'env', shop, `--${values.mistyped}`],
  [2, 'sign', 'user', shop, '1.2', '--data', values.mistyped],
  [127, 'exec', shop, '--', values.mistyped],
  [1, 'check', values.mistyped],
];

const isAsked = (args: readonly string[]) => args.some((argument) => argument.includes(values.mistyped));

describe.runIf(process.platform === 'linux').each([
  ['a Latchkey that runs', true],
  ['nobody else', false],
])('where %s has the data folder, with a keychain', (_who, hasOwner) => {
  const stage = new Stage('keychain');

  beforeAll(async () => {
    await stage.open();
    await stage.stop();
    // In this run nothing is entered: what is in main's memory, a command has left there.
    if (hasOwner) await stage.start();
  });
  afterAll(() => stage.close());

  it('what a command prints, complains of, or has on its command line has no secret', async () => {
    for (const [code, ...args] of [...harmless, ...(hasOwner ? harmlessAnywhere : [])]) {
      const { ended, output, complaints, onCommandLines } = await stage.run(...args);
      const what = args.map((argument) => argument.replace(values.mistyped, 'MISTYPED')).join(' ');
      // Nobody can be asked for a diagnosis of what is not there to be reached.
      expect(ended, `${what}: ${complaints}`).toBe(code);
      expect(output + complaints, what).not.toBe('');
      expect(leaksIn(search.inText('its words', output + complaints), [marker]), what).toEqual([]);
      const leaks = leaksIn(onCommandLines, [marker]);
      // The control: what was typed there is found there.
      if (isAsked(args)) expect(leaks.join(), what).toMatch(/^mistyped as text in a command line/);
      else expect(leaks, what).toEqual([]);
      if (!isAsked(args)) expect(placesOf(onCommandLines, marker).length > 0, what).toBe(args.includes(shop));
    }
    if (!hasOwner) return;
    // Nor does main come to know one by all this.
    const { vault, others } = findingsInMemory(search, stage.host);
    expect(wholeIn(vault)).toContain('secret');
    expect(
      leaksIn(
        others.filter(({ secret: name }) => name !== 'mistyped'),
        [marker],
      ),
    ).toEqual([]);
    expect(placesOf(others, marker).join()).toContain('main');
  }, 120_000);

  it('a command that is started has them in its environment, and `env` prints them', async () => {
    const program = stage.startCommand('exec', shop, '--', '/bin/sh', '-c', 'echo started; exec sleep 600');
    let isOver = false;
    const watching = commandLinesUntil(() => isOver);
    await program.says(/started/);
    const own = searchStartOf(search, program.pid, 'the command');
    isOver = true;
    expect(leaksIn(await watching, [marker])).toEqual([]);
    expect(wholeIn(own)).toEqual(new Set(ofTheApp));
    expect(own.every(({ where }) => where.startsWith('the environ'))).toBe(true);
    program.signal('SIGKILL');
    await program.ended;
    expect(leaksIn(search.inText('its words', program.output() + program.complaints()), [])).toEqual([]);

    const printed = await stage.run('env', shop);
    // With the app’s name in a comment.
    expect(wholeIn(search.inText('what it prints', printed.output))).toEqual(
      new Set([...ofTheApp, marker.name]),
    );
    expect(leaksIn(search.inText('its complaints', printed.complaints), [])).toEqual([]);
    expect(leaksIn(printed.onCommandLines, [marker])).toEqual([]);
    if (!hasOwner) return;
    // What passed through main may still be there; what did not, is not.
    const { others } = findingsInMemory(search, stage.host);
    const passed = [...ofTheApp, 'mistyped'];
    expect(
      leaksIn(
        others.filter(({ secret: name }) => !passed.includes(name)),
        [marker],
      ),
    ).toEqual([]);
  }, 60_000);

  it('a command that ends too early for its output complains of that without a secret', async () => {
    for (const reader of ['true', 'head -c 1 >/dev/null']) {
      const line = `{ "$0" "$@"; echo "ended $?" >&2; } | ${reader}`;
      const args = ['-c', line, process.execPath, ...stage.argumentsFor(['env', shop])];
      const program = startProgram('/bin/bash', args, { env: stage.environment });
      await program.ended;
      expect(program.complaints(), reader).toMatch(/ended [01]\n$/);
      expect(leaksIn(search.inText('its words', program.output() + program.complaints()), [])).toEqual([]);
    }
    // Nobody takes what it prints, and then it is killed.
    const line = `exec 3>&1; "$0" "$@" | { read -r _; echo "first line" >&3; sleep 600; }`;
    const args = ['-c', line, process.execPath, ...stage.argumentsFor(['env', shop])];
    const program = startProgram('/bin/bash', args, { env: stage.environment });
    await program.says(/first line/);
    process.kill(-program.pid, 'SIGKILL');
    await program.ended;
    expect(leaksIn(search.inText('its complaints', program.complaints()), [])).toEqual([]);
  }, 60_000);

  it('what it could not get, it does not tell of: a vault that is locked', async () => {
    if (hasOwner) expect((await stage.run('lock')).ended).toBe(0);
    else await stage.keyring.lock();
    for (const args of [
      ['env', shop],
      ['exec', shop, '--', 'true'],
      ['sign', 'channel', shop, '1.2', 'private-x'],
    ]) {
      const { ended, output, complaints, onCommandLines } = await stage.run(...args);
      expect({ ended, output }, args.join(' ')).toEqual({ ended: 3, output: '' });
      expect(leaksIn([...search.inText('its complaints', complaints), ...onCommandLines], [marker])).toEqual(
        [],
      );
    }
    if (!hasOwner) await stage.keyring.unlock();
    else {
      expect((await stage.run('unlock')).ended).toBe(0);
      // As the others have.
      await eventually(async () => (await stage.socket.client.call('vault.status', {})).state === 'unlocked');
    }
  }, 60_000);

  it('nothing of it is left on disk, in what the owner wrote, or told the page', async () => {
    const { vault } = hasOwner ? findingsInMemory(search, stage.host) : { vault: [] };
    expect(
      leaksIn(
        vault.filter(({ secret: name }) => /passphrase|mistyped/.test(name)),
        [],
      ),
    ).toEqual([]);
    if (hasOwner) await killAll(stage.host);
    const findings = await stage.findings();
    // The ledger’s: the variables on their way through main.
    const inMessages = findings.filter(({ where }) => where === 'a message from the vault process');
    expect(
      leaksIn(
        findings.filter((finding) => !inMessages.includes(finding)),
        [control, marker],
      ),
    ).toEqual([]);
    const told = new Set(inMessages.map(({ secret: name }) => name).filter((name) => name !== marker.name));
    expect(told).toEqual(new Set(hasOwner ? ofTheApp : []));
    expect(placesOf(findings, marker).join('\n')).toContain('latchkey.db');
  });
});

describe.runIf(process.platform === 'linux')('a passphrase at a terminal', () => {
  const stage = new Stage('vault file');
  const shown: (() => string)[] = [];

  beforeAll(async () => {
    await stage.open();
    await stage.stop();
  });
  afterAll(() => stage.close());

  const asks = /Passphrase of Latchkey’s vault in \S+: $/;

  it.each([
    ['nobody', false],
    ['a Latchkey that runs', true],
  ])(
    'where %s has the data folder, is in nothing but what it opens',
    async (_who, hasOwner) => {
      if (hasOwner) await stage.start();
      const line = ['/bin/sh', '-c', '"$0" "$@" >/dev/null; echo "ended $?"', process.execPath];
      for (const [typed, code] of [
        [['wrong passphrase', 'wrong passphrase', 'wrong passphrase'], 3],
        [['wrong passphrase', 'passphrase'], 0],
      ] as const) {
        let isOver = false;
        const watching = commandLinesUntil(() => isOver);
        const command = [...line, ...stage.argumentsFor(['env', shop])];
        const terminal = startAtTerminal(command, { env: stage.environment });
        shown.push(terminal.shown);
        for (const name of typed) {
          await terminal.shows(asks);
          terminal.type(`${values[name]}\r`);
        }
        const [, ended] = await terminal.shows(/ended (\d+)/);
        isOver = true;
        expect(Number(ended)).toBe(code);
        expect(leaksIn(await watching, [marker])).toEqual([]);
      }
      if (!hasOwner) return;
      await eventually(async () => (await stage.socket.client.call('vault.status', {})).state === 'unlocked');
      await killAll(stage.host);
    },
    120_000,
  );

  it('is on no screen, in no file, in no output', async () => {
    const findings = await stage.findings();
    findings.push(...shown.flatMap((text) => search.inText('the terminal', text())));
    const ledger = findings.filter(({ where }) => where === 'a message from the vault process');
    expect(
      leaksIn(
        findings.filter((finding) => !ledger.includes(finding)),
        [control, marker],
      ),
    ).toEqual([]);
    expect(wholeIn(ledger)).not.toContain('passphrase');
    expect(shown).toHaveLength(4);
  });
});
