/** The keyring service or the session bus goes while the vault is open, and comes back or does not. */
import { type ConditionInUse, describeInUse } from '../../support/keychain-in-use.ts';

/** The vault has another process; only what was being entered did not come through. */
const replaced = {
  works: 'unless entering',
  refusal: {
    code: 'vault_locked',
    message: /connection to the system keychain was lost|vault process ended unexpectedly/,
    hint: /Try again/,
  },
  after: { state: 'unlocked' },
} as const;

const noProvider = unavailable(/No keyring service is running/, /Install and start GNOME Keyring/);
const noBus = unavailable(/no D-Bus session/, /Start Latchkey from a desktop session/);

function unavailable(reason: RegExp, hint: RegExp) {
  return {
    refusal: { code: 'vault_locked', message: reason, hint },
    after: { state: 'unavailable', reason, hint },
  } as const;
}

const conditions: readonly ConditionInUse[] = [
  {
    name: 'keyring service gone',
    strike: ({ service }) => service.stopKeyring(),
    ...noProvider,
    end: ({ service }) => service.startKeyring(),
  },
  {
    name: 'keyring service gone in the middle of a call',
    inFlight: true,
    strike: ({ service }) => service.stopKeyring(),
    ...noProvider,
    end: ({ service }) => service.startKeyring(),
  },
  {
    name: 'keyring service restarted',
    async strike({ service }) {
      await service.stopKeyring();
      await service.startKeyring();
    },
    ...replaced,
    end: () => {},
  },
  {
    name: 'keyring service restarted in the middle of a call',
    inFlight: true,
    async strike({ service }) {
      await service.stopKeyring();
      await service.startKeyring();
    },
    ...replaced,
    end: () => {},
  },
  {
    name: 'keyring service restarted, locked',
    async strike({ service }) {
      await service.stopKeyring();
      await service.startKeyring({ isUnlocked: false });
    },
    refusal: {
      code: 'vault_locked',
      message: /system keychain is locked/,
      hint: /Unlock your login keychain, then try again/,
    },
    after: {
      state: 'locked',
      reason: /system keychain is locked/,
      hint: /Unlock your login keychain, then try again/,
    },
    end: ({ service }) => service.unlock(),
  },
  {
    name: 'bus killed',
    maySignal: 'SIGTERM',
    strike: ({ service }) => service.stopBus(),
    ...noBus,
    async end({ service }) {
      await service.startBus();
      await service.startKeyring();
    },
  },
  {
    name: 'bus killed in the middle of a call',
    maySignal: 'SIGTERM',
    inFlight: true,
    strike: ({ service }) => service.stopBus(),
    ...noBus,
    async end({ service }) {
      await service.startBus();
      await service.startKeyring();
    },
  },
  {
    name: 'bus killed and back',
    maySignal: 'SIGTERM',
    async strike({ service }) {
      await service.stopBus();
      await service.startBus();
      await service.startKeyring();
    },
    ...replaced,
    end: () => {},
  },
];

describeInUse(conditions);
