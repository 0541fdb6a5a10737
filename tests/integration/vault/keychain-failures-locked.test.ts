/** The keychain is locked, prompts, hangs or is slow while the vault is open. */
import { expect } from 'vitest';
import { type ConditionInUse, describeInUse } from '../../support/keychain-in-use.ts';
import { keyringPassword } from '../../support/secret-service.ts';
import { type SlowBus, startSlowBus } from '../../support/slow-bus.ts';

const locked = {
  code: 'keychain_locked',
  message: /system keychain is locked/,
  hint: /Unlock your login keychain, then try again/,
} as const;
const cancelled = {
  refusal: {
    code: 'cancelled',
    message: /did not answer, and you stopped waiting/,
    hint: /Unlock the vault to try again/,
  },
  after: {
    state: 'locked',
    reason: /you stopped waiting/,
    hint: /If its prompt is still shown, answer or dismiss it. Unlock the vault to ask the keychain again/,
  },
} as const;
const stillOpen = { state: 'unlocked' } as const;
/** Each way, for each message. A call of the keychain takes some 200 ms then, and reading one secret more than one call. */
const slowMs = 50;

let stopDismissing: (atLeast: number) => Promise<number>;
let slowBus: SlowBus;

const conditions: readonly ConditionInUse[] = [
  {
    name: 'locked',
    strike: ({ service }) => service.lock(),
    refusal: locked,
    after: stillOpen,
    end: ({ service }) => service.unlock(),
  },
  {
    name: 'locked in the middle of a call',
    inFlight: true,
    strike({ service }) {
      // The daemon finds it behind the first message of the call.
      const locking = service.lock();
      service.thaw();
      return locking;
    },
    works: true,
    refusal: locked,
    after: stillOpen,
    end: ({ service }) => service.unlock(),
  },
  {
    name: 'locked, and its prompt is dismissed',
    withPrompter: true,
    async strike({ service }) {
      await service.lock();
      stopDismissing = service.prompter.dismissAll();
    },
    refusal: locked,
    after: stillOpen,
    async end({ service }, asked) {
      // The user is asked once, and not again for the same thing.
      const prompts = asked === 'for nothing' ? 0 : 1;
      expect(await stopDismissing(prompts)).toBe(prompts);
      await service.unlock();
    },
  },
  {
    name: 'locked, and its prompt is never answered',
    withPrompter: true,
    strike: ({ service }) => service.lock(),
    waits: true,
    act: (_, { vault }) => vault.cancelWaiting(),
    ...cancelled,
    async end({ service }, asked) {
      // It stays on the screen when nobody waits for it any more.
      if (asked === 'for nothing') await service.unlock();
      else await service.prompter.answer(await service.prompter.shown(), keyringPassword);
    },
  },
  {
    name: 'locked, and its prompt is answered',
    withPrompter: true,
    strike: ({ service }) => service.lock(),
    act: async ({ service: { prompter } }) => prompter.answer(await prompter.shown(), keyringPassword),
    works: true,
    after: stillOpen,
    async end({ service }, asked) {
      if (asked === 'for nothing') await service.unlock();
      else if (asked === 'afterwards') {
        await service.prompter.answer(await service.prompter.shown(), keyringPassword);
      }
    },
  },
  {
    name: 'hung, and the user cancels',
    strike: ({ service }) => service.freeze(),
    waits: true,
    act: (_, { vault }) => vault.cancelWaiting(),
    ...cancelled,
    end: ({ service }) => service.thaw(),
  },
  {
    name: 'hung, and goes on',
    strike: ({ service }) => service.freeze(),
    waits: true,
    act: ({ service }) => service.thaw(),
    works: true,
    after: stillOpen,
    end: ({ service }) => service.thaw(),
  },
  {
    name: 'slow',
    async prepare({ service }) {
      slowBus = await startSlowBus(service, 0);
      return slowBus.env;
    },
    strike() {
      slowBus.delayMs = slowMs;
    },
    waits: true,
    works: true,
    after: stillOpen,
    end() {
      slowBus.delayMs = 0;
    },
  },
];

describeInUse(conditions);
