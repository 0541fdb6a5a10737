/** Latchkey starts while the keychain does not do what it should: every condition, and everything that can be asked. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertNever, type ErrorCode } from '#shared/lib/app-error.ts';
import { eventually } from '../../support/conditions.ts';
import { type Cell, failureIn, Stage, valueIn } from '../../support/keychain-stage.ts';
import { keyringPassword, noSessionBus } from '../../support/secret-service.ts';
import { type SlowBus, startSlowBus } from '../../support/slow-bus.ts';
import type { VaultHarness } from '../../support/vault-harness.ts';
import {
  decrypted,
  type Errand,
  leftClosed,
  type Operation,
  operations,
} from '../../support/vault-operations.ts';

type Env = Readonly<Record<string, string | undefined>>;

interface Refusal {
  readonly code: ErrorCode;
  readonly reason: RegExp;
  readonly hint: RegExp;
}

interface Condition {
  readonly name: string;
  readonly withPrompter?: boolean;
  /** Makes the keychain fail. @returns The environment of Latchkey, when it is another one. */
  begin(stage: Stage): Env | undefined | Promise<Env | undefined>;
  /** Makes it work again. */
  end(stage: Stage): unknown;
  /** Afterwards Latchkey has to be started anew, in an environment where the keychain works. */
  readonly isOfEnvironment?: boolean;
  readonly outcome:
    | { readonly it: 'opens' }
    /** After waiting, and by itself. */
    | { readonly it: 'opens late' }
    | (Refusal & {
        readonly it: 'refuses';
        /** Where it differs. */
        readonly startingOver?: Refusal;
        readonly atFirstStart?: Refusal;
      })
    | { readonly it: 'waits' };
}

const locked = {
  it: 'refuses',
  code: 'keychain_locked',
  reason: /system keychain is locked/,
  hint: /^Unlock your login keychain, then try again/,
  atFirstStart: {
    code: 'keychain_locked',
    reason: /system keychain is locked/,
    hint: /Unlock your login keychain and try the keychain again, or keep secrets in a vault file, or for this session only/,
  },
} as const;
const noCollection = {
  code: 'keychain_unavailable',
  reason: /no default collection/,
  hint: /Make a default keyring, .*or for this session only/,
} as const;
const noBus = {
  it: 'refuses',
  code: 'keychain_unavailable',
  reason: /no D-Bus session/,
  hint: /Start Latchkey from a desktop session, or with “dbus-run-session”/,
} as const;

let slowBus: SlowBus;
let stopDismissing: () => Promise<number>;

const conditions: readonly Condition[] = [
  { name: 'working', begin: () => undefined, end: () => {}, outcome: { it: 'opens' } },
  {
    name: 'locked',
    begin: ({ service }) => act(service.lock()),
    end: ({ service }) => service.unlock(),
    outcome: locked,
  },
  {
    name: 'locked, and its prompt is dismissed',
    withPrompter: true,
    async begin({ service }) {
      await service.lock();
      stopDismissing = service.prompter.dismissAll();
      return undefined;
    },
    async end({ service }) {
      expect(await stopDismissing()).toBeGreaterThan(0);
      await service.unlock();
    },
    outcome: locked,
  },
  {
    name: 'locked, and its prompt is never answered',
    withPrompter: true,
    begin: ({ service }) => act(service.lock()),
    async end({ service: { prompter } }) {
      await prompter.answer(await prompter.shown(), keyringPassword);
    },
    outcome: { it: 'waits' },
  },
  {
    name: 'a user without a login keyring',
    async begin({ service }) {
      await service.stopKeyring();
      renameSync(join(service.folder, 'data/keyrings'), join(service.folder, 'keyrings-of-before'));
      await service.startKeyring({ isUnlocked: false });
      return undefined;
    },
    async end({ service }) {
      await service.stopKeyring();
      renameSync(join(service.folder, 'data/keyrings'), join(service.folder, 'keyrings-of-between'));
      renameSync(join(service.folder, 'keyrings-of-before'), join(service.folder, 'data/keyrings'));
      await service.startKeyring();
    },
    outcome: {
      it: 'refuses',
      code: 'keychain_locked',
      reason: /locked, or it is not the one that Latchkey’s secrets were put in/,
      hint: /If the keychain was reset, .* start over/,
      startingOver: noCollection,
      atFirstStart: noCollection,
    },
  },
  {
    name: 'no provider',
    begin: ({ service }) => act(service.stopKeyring()),
    end: ({ service }) => service.startKeyring(),
    outcome: {
      it: 'refuses',
      code: 'keychain_unavailable',
      reason: /No keyring service is running/,
      hint: /Install and start GNOME Keyring/,
    },
  },
  {
    name: 'no D-Bus session',
    begin: ({ service }) => noSessionBus(join(service.folder, 'elsewhere')),
    end: () => {},
    isOfEnvironment: true,
    outcome: noBus,
  },
  {
    name: 'a D-Bus address that is empty',
    begin: ({ service }) => ({ ...service.env, DBUS_SESSION_BUS_ADDRESS: '' }),
    end: () => {},
    isOfEnvironment: true,
    outcome: noBus,
  },
  {
    name: 'bus killed',
    begin: ({ service }) => act(service.stopBus()),
    async end({ service }) {
      await service.startBus();
      await service.startKeyring();
    },
    outcome: noBus,
  },
  {
    name: 'hung',
    begin: ({ service }) => act(service.freeze()),
    end: ({ service }) => service.thaw(),
    outcome: { it: 'waits' },
  },
  {
    name: 'slow',
    async begin({ service }) {
      slowBus = await startSlowBus(service, 60);
      return slowBus.env;
    },
    end: () => {
      slowBus.delayMs = 0;
    },
    outcome: { it: 'opens late' },
  },
  {
    name: 'libsecret absent',
    begin({ service }) {
      // What the loader finds first is no library.
      const folder = join(service.folder, 'libraries');
      mkdirSync(folder);
      writeFileSync(join(folder, 'libsecret-1.so.0'), '');
      return { ...service.env, LD_LIBRARY_PATH: folder };
    },
    end: () => {},
    isOfEnvironment: true,
    outcome: {
      it: 'refuses',
      code: 'keychain_unavailable',
      reason: /library could not be loaded/,
      hint: /Install libsecret .*and start Latchkey again/,
    },
  },
];

async function act(work: unknown): Promise<undefined> {
  await work;
}

/** What has the vault elsewhere, or ends an opening that would go on, has one of its own. The others share one. */
function isAlone({ name }: Operation, { outcome }: Condition): boolean {
  const goesOn = outcome.it === 'opens' || outcome.it === 'opens late';
  if (goesOn && (name === 'lock' || name === 'cancelWaiting')) return true;
  return ['chooseStore session', 'chooseStore file', 'expectPassphrase'].includes(name);
}

describe.each(conditions)('the keychain: $name', (condition) => {
  const { outcome } = condition;
  const errands = new Map<Operation, Errand>();
  let stage: Stage;
  let env: Env | undefined;
  let shared: VaultHarness;
  let alone: ReadonlyMap<Operation, VaultHarness>;

  beforeAll(async () => {
    stage = await Stage.prepare(condition);
    env = await condition.begin(stage);
    for (const [at, operation] of operations.entries()) errands.set(operation, stage.errands[at] as Errand);
    const errandsOf = (some: readonly Operation[]) => some.map((one) => errands.get(one) as Errand);
    shared = stage.vaultOf(errandsOf(operations.filter((one) => !isAlone(one, condition))), env);
    alone = new Map(
      operations
        .filter((one) => isAlone(one, condition))
        .map((one) => [one, stage.vaultOf(errandsOf([one]), env)]),
    );
  });
  afterAll(() => stage?.close());

  const cellOf = (operation: Operation): Cell => ({
    operation,
    errand: errands.get(operation) as Errand,
    harness: alone.get(operation) ?? shared,
  });
  const attempt = (operation: Operation) => {
    const cell = cellOf(operation);
    return { ...cell, ...stage.attempt(cell) };
  };

  switch (outcome.it) {
    case 'opens':
      test.each(operations)('$name works', async (operation) => {
        if (alone.has(operation)) await cellOf(operation).harness.vault.start();
        const { seen, answer } = attempt(operation);
        expect(await seen).toBe('answer');
        if (operation.isConflictWhenOpen) {
          expect(failureIn(await answer)).toMatchObject({ code: 'conflict' });
          return;
        }
        const value = valueIn(await answer);
        if (operation.kind === 'decrypts') expect(value).toEqual(decrypted);
      });
      break;

    case 'opens late':
      test('every call that needs it waits, and works', async () => {
        for (const { vault } of alone.values()) void vault.start();
        const attempts = operations.map(attempt);
        for (const { operation, seen, answer } of attempts) {
          const { name, kind, isConflictWhenOpen } = operation;
          const waits = kind === 'opens' || kind === 'asks';
          expect(await seen, name).toBe(waits ? 'waiting' : 'answer');
          if (isConflictWhenOpen && kind === 'asks') {
            expect(failureIn(await answer)).toMatchObject({ code: 'conflict' });
            continue;
          }
          const value = valueIn(await answer);
          if (kind === 'decrypts') expect(value).toEqual(leftClosed);
        }
      });
      break;

    case 'refuses':
      test.each(operations)('$name', async (operation) => {
        if (alone.has(operation)) await cellOf(operation).harness.vault.start();
        const { seen, answer, harness, errand } = attempt(operation);
        await seen;
        const isStartingOver = operation.name.endsWith('starting over');
        const { code, reason, hint } = (isStartingOver && outcome.startingOver) || outcome;
        const failure = { message: expect.stringMatching(reason), hint: expect.stringMatching(hint) };
        if (operation.kind === 'asks') {
          expect(failureIn(await answer)).toMatchObject({ code: 'vault_locked', ...failure });
        } else if (operation.kind === 'opens' && operation.name !== 'start') {
          expect(failureIn(await answer)).toMatchObject({ code, ...failure });
        } else {
          const value = valueIn(await answer);
          if (operation.kind === 'decrypts') expect(value).toEqual(leftClosed);
        }
        const elsewhere = operation.name.match(/^chooseStore (session|file)$/)?.[1];
        if (elsewhere) {
          expect(harness.vault.status).toMatchObject({ state: 'unlocked', store: elsewhere });
          expect(harness.vault.credentials(errand.profileId)).toEqual([]);
          return;
        }
        expect(harness.vault.status).toMatchObject({
          state: code === 'keychain_locked' ? 'locked' : 'unavailable',
          store: 'keychain',
          reason: failure.message,
          hint: failure.hint,
        });
        expect(harness.index.readMeta().chosenStore).toBe('keychain');
      });
      break;

    case 'waits':
      test.each(operations)('$name', async (operation) => {
        const { vault, ...harness } = cellOf(operation).harness;
        const hint = expect.stringMatching(/prompt.*Answer it, or cancel/);
        const message = expect.stringMatching(/system keychain has not answered/);
        if (operation.kind !== 'opens') {
          void vault.start();
          await eventually(() => vault.status.state === 'waiting');
        }
        const { seen, answer } = attempt(operation);
        if (operation.kind === 'opens') {
          expect(await seen).toBe('waiting');
          expect(vault.status).toMatchObject({ state: 'waiting', store: 'keychain', reason: message, hint });
          expect(vault.cancelWaiting()).toMatchObject(stoppedWaiting);
          if (operation.name === 'start') valueIn(await answer);
          else expect(failureIn(await answer)).toMatchObject(cancelled);
        } else if (operation.kind === 'asks') {
          expect(failureIn(await answer)).toMatchObject({
            code: 'vault_waiting',
            message,
            hint,
            retryable: true,
          });
        } else {
          const value = valueIn(await answer);
          if (operation.kind === 'decrypts') expect(value).toEqual(leftClosed);
          if (operation.name === 'lock') expect(value).toMatchObject({ state: 'locked', store: 'keychain' });
          if (operation.name === 'cancelWaiting') expect(value).toMatchObject(stoppedWaiting);
        }
        const elsewhere = operation.name.match(/^chooseStore (session|file)$/)?.[1];
        expect(harness.index.readMeta().chosenStore).toBe(elsewhere ?? 'keychain');
      });
      break;

    default:
      assertNever(outcome);
  }

  test('at the very first start nothing is chosen that does not work', async () => {
    const harness = stage.newVault(env);
    const { vault, index } = harness;
    const starting = vault.start();
    if (outcome.it === 'opens' || outcome.it === 'opens late') {
      await starting;
      expect(vault.status).toMatchObject({ state: 'unlocked', store: 'keychain' });
      return;
    }
    if (outcome.it === 'waits') {
      await harness.untilState('waiting');
      expect(vault.cancelWaiting()).toMatchObject({
        state: 'choose',
        hint: expect.stringMatching(onlySession),
      });
    }
    await starting;
    if (outcome.it === 'refuses') {
      const { code, reason, hint } = outcome.atFirstStart ?? outcome;
      const words = { reason: expect.stringMatching(reason), hint: expect.stringMatching(hint) };
      expect(vault.status).toMatchObject({ state: 'choose', store: null, ...words });
      expect(vault.status.hint).toMatch(onlySession);
      expect(await harness.failureOf(harness.enterSecret())).toMatchObject({
        code: 'vault_locked',
        message: words.reason,
        hint: words.hint,
      });
      expect(await harness.failureOf(vault.chooseStore('keychain'))).toMatchObject({ code });
      expect(vault.status).toMatchObject({ state: 'choose', ...words });
    }
    expect(index.readMeta()).toMatchObject({ chosenStore: null, hasCanary: false });
    expect(index.list({})).toEqual([]);
    expect(await vault.chooseStore('session')).toMatchObject({ state: 'unlocked', store: 'session' });
    await harness.enterSecret();
    expect((await harness.sign()).auth).toContain(harness.key);
    expect(vault.lock({ forget: true })).toMatchObject({ state: 'locked', store: 'session' });
  });

  test('when it works again, all that was kept is there, and nowhere else', async () => {
    await condition.end(stage);
    for (const harness of [shared, ...alone.values()]) {
      expect(harness.exits, 'a vault process that ended by itself').toEqual([]);
      const again = condition.isOfEnvironment ? stage.restarted(harness) : harness;
      expect(await again.vault.chooseStore('keychain')).toMatchObject({
        state: 'unlocked',
        store: 'keychain',
      });
      for (const operation of operations) {
        const cell = cellOf(operation);
        if (cell.harness === harness) await cell.errand.verify(again.vault);
      }
    }
    await stage.verify();
  });
});

const onlySession = /keep secrets in a vault file, or for this session only/;
const stoppedWaiting = {
  state: 'locked',
  store: 'keychain',
  reason: expect.stringMatching(/you stopped waiting/),
  hint: expect.stringMatching(/Unlock the vault to ask the keychain again/),
};
const cancelled = { code: 'cancelled', retryable: true, hint: expect.stringMatching(/Unlock the vault/) };
