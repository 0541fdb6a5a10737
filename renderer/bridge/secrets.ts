/** Secrets on their way in and out, by the way that the host has: the rest of the page need not know which. */

import type { ImportPreview } from '#shared/contract/imports.ts';
import type { CallInput, CallOutput } from '#shared/contract/index.ts';
import type { CopyEnd, Credential, VaultState } from '#shared/contract/vault.ts';
import { AppError, assertNever } from '#shared/lib/app-error.ts';
import type { Disposer } from '#shared/lib/disposer.ts';
import { type BrowserClipboard, copiedForMs } from './browser-clipboard.ts';
import type { CallOptions, Client } from './client.ts';
import type { Transport } from './transport.ts';
import { lost, type VaultPort } from './vault-port.ts';

export type SecretInput = Omit<CallInput<'vault.enterSecret'>, 'value' | 'portId'> & {
  readonly value: string;
};

/**
 * - `unlock`: the chosen store. `choose`: a vault file, which is opened or made; `keychain`: one that is sealed.
 * - `anew`: sets the vault file that is there aside, and makes one.
 * - `move`: moves everything to the vault file that is there, or makes one; `moveToKeychain`: to a sealed keychain.
 * - `set`, `remove`: of what is in the keychain. `change`: of that, or of the vault file.
 *
 * Those that move or seal secrets resolve when that is over.
 */
export type PassphraseInput =
  | { readonly how: Exclude<PassphraseWay, 'change'>; readonly value: string }
  | { readonly how: 'change'; readonly from: string; readonly value: string };

export type PassphraseWay =
  | 'unlock'
  | 'choose'
  | 'keychain'
  | 'anew'
  | 'move'
  | 'moveToKeychain'
  | 'set'
  | 'change'
  | 'remove';

/** `left`: as done, and the place before could not be emptied yet. */
export type PassphraseEnd = 'done' | 'left';

/** A bundle to write, and the passphrase that seals it. */
export type BundleInput = Omit<CallInput<'exports.writeBundle'>, 'passphrase'> & { readonly value: string };

/** A bundle to import, and the passphrase that opens it. */
export type BundleToOpen = { readonly path: string; readonly value: string };

type EnteredPassphrase = NonNullable<CallInput<'vault.unlock'>['passphrase']>;

export interface Secrets {
  /** Resolves once the vault keeps it. Nothing here holds the value after that, nor after a failure. */
  enter(input: SecretInput, options?: CallOptions): Promise<Credential>;
  /** What was pasted, to be imported. Nothing here holds it after that, nor after a failure. */
  importText(text: string, options?: CallOptions): Promise<ImportPreview>;
  /** To be imported. Nothing here holds the passphrase after that, nor after a failure. */
  openBundle(input: BundleToOpen, options?: CallOptions): Promise<ImportPreview>;
  /** The vault file’s. Nothing here holds it after that, nor after a failure. */
  passphrase(input: PassphraseInput, options?: CallOptions): Promise<PassphraseEnd>;
  /** Nothing here holds the passphrase after that, nor after a failure. */
  writeBundle(input: BundleInput, options?: CallOptions): Promise<CallOutput<'exports.writeBundle'>>;
  /** For the user who was just asked. It is the caller's to show, and to forget after its time. */
  reveal(credentialId: string, options?: CallOptions): Promise<string>;
  /** The user is to be asked first: the value passes through this page. */
  readonly isCopyAsked: boolean;
  copy(credentialId: string, options?: CallOptions): Promise<{ readonly clearedAfterMs: number }>;
  /** What became of what was copied. `left` may be followed by another. */
  onCopyEnded(listener: (how: CopyEnd) => void): Disposer;
  /** Empties the clipboard, as the user asks for it. Undefined where the page has no part in that. */
  readonly clearByHand: (() => Promise<void>) | undefined;
}

interface Means {
  readonly call: Client['call'];
  readonly on: Client['on'];
  readonly openVaultPort: Transport['openVaultPort'];
  /** The browser's, where secrets come through the page. */
  readonly clipboard: BrowserClipboard | undefined;
}

export function secretsOver({ call, on, openVaultPort, clipboard }: Means): Secrets {
  return openVaultPort ? byPort(call, on, openVaultPort) : byCall(call, on, clipboard);
}

function byPort(call: Client['call'], on: Client['on'], open: NonNullable<Means['openVaultPort']>): Secrets {
  return {
    enter: ({ value, ...place }, options = {}) =>
      withPort(open, on, options, async (port, signal) => {
        await port.enter(value, signal);
        return call('vault.enterSecret', { ...place, portId: port.portId }, options);
      }),
    importText: (text, options = {}) =>
      withPort(open, on, options, async (port, signal) => {
        await port.importText(text, signal);
        return call('imports.open', { portId: port.portId }, options);
      }),
    openBundle: ({ path, value }, options = {}) =>
      withPort(open, on, options, async (port, signal) => {
        await port.enter(value, signal);
        return call('imports.open', { path, passphrase: { portId: port.portId } }, options);
      }),
    passphrase: async (input, options = {}) => {
      await call('vault.expectPassphrase', {}, options);
      // No watch on the vault's state, as above: these calls change it. A channel that is lost is found by the call.
      const held = async (value: string) => {
        const port = await open(options.signal);
        await port.enter(value, options.signal);
        return port;
      };
      const port = await held(input.value);
      const former = input.how === 'change' ? await held(input.from) : undefined;
      try {
        const from = former && { portId: former.portId };
        return await withPassphrase(call, input.how, { portId: port.portId }, from, options);
      } finally {
        port.close();
        former?.close();
      }
    },
    writeBundle: ({ value, ...bundle }, options = {}) =>
      withPort(open, on, options, async (port, signal) => {
        await port.enter(value, signal);
        return call('exports.writeBundle', { ...bundle, passphrase: { portId: port.portId } }, options);
      }),
    reveal: (credentialId, options = {}) =>
      withPort(open, on, options, async (port, signal) => {
        const input = { credentialId, confirmed: true, purpose: 'show', portId: port.portId } as const;
        await call('vault.revealSecret', input, options);
        return port.receive(signal);
      }),
    isCopyAsked: false,
    copy: (credentialId, options) => call('vault.copySecret', { credentialId }, options),
    onCopyEnded: (listener) => on('vault.copyEnded', ({ how }) => listener(how)),
    clearByHand: undefined,
  };
}

/** A channel of its own for `work`. It ends with the vault process: the vault's state tells, if the channel does not. */
async function withPort<T>(
  open: NonNullable<Means['openVaultPort']>,
  on: Client['on'],
  options: CallOptions,
  work: (port: VaultPort, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const alive: VaultState[] = ['unlocked', 'waiting', 'opening'];
  const stopListening = on('vault.changed', ({ state }) => {
    if (!alive.includes(state)) ended.abort(lost());
  });
  const signal = options.signal ? AbortSignal.any([options.signal, ended.signal]) : ended.signal;
  try {
    const port = await open(signal);
    // One that opens from here on is another process.
    alive.pop();
    try {
      return await work(port, signal);
    } finally {
      port.close();
    }
  } finally {
    stopListening();
  }
}

function byCall(call: Client['call'], on: Client['on'], clipboard: BrowserClipboard | undefined): Secrets {
  const told = async (input: CallInput<'vault.revealSecret'>, options: CallOptions | undefined) =>
    required(await call('vault.revealSecret', input, options));
  // A lock takes it off at once, as far as the page can.
  if (clipboard) {
    on('vault.changed', ({ state }) => {
      if (state !== 'unlocked' && state !== 'waiting') void clipboard.clear();
    });
  }
  return {
    enter: (input, options) => call('vault.enterSecret', input, options),
    importText: (text, options) => call('imports.open', { value: text }, options),
    openBundle: ({ path, value }, options) => call('imports.open', { path, passphrase: { value } }, options),
    passphrase: (input, options) => {
      const from = input.how === 'change' ? { value: input.from } : undefined;
      return withPassphrase(call, input.how, { value: input.value }, from, options);
    },
    writeBundle: ({ value, ...bundle }, options) =>
      call('exports.writeBundle', { ...bundle, passphrase: { value } }, options),
    reveal: (credentialId, options) => told({ credentialId, confirmed: true, purpose: 'show' }, options),
    isCopyAsked: true,
    async copy(credentialId, options) {
      if (!clipboard) throw new AppError('refused', 'There is no clipboard here.');
      await clipboard.copy(await told({ credentialId, confirmed: true, purpose: 'copy' }, options));
      return { clearedAfterMs: copiedForMs };
    },
    onCopyEnded: (listener) => clipboard?.ended.add(listener) ?? (() => {}),
    clearByHand: clipboard && (() => clipboard.clearByHand()),
  };
}

async function withPassphrase(
  call: Client['call'],
  how: PassphraseWay,
  passphrase: EnteredPassphrase,
  from: EnteredPassphrase | undefined,
  options: CallOptions | undefined,
): Promise<PassphraseEnd> {
  const ended = ({ isCleared }: { readonly isCleared: boolean }) => (isCleared ? 'done' : 'left');
  switch (how) {
    case 'unlock':
      await call('vault.unlock', { passphrase }, options);
      return 'done';
    case 'choose':
    case 'anew':
      await call('vault.chooseStore', { store: 'file', passphrase, startOver: how === 'anew' }, options);
      return 'done';
    case 'keychain':
      await call('vault.chooseStore', { store: 'keychain', passphrase }, options);
      return 'done';
    case 'move':
      return ended(await call('vault.moveTo', { store: 'file', passphrase }, options));
    case 'moveToKeychain':
      return ended(await call('vault.moveTo', { store: 'keychain', passphrase }, options));
    case 'set':
      return ended(await call('vault.setPassphrase', { passphrase }, options));
    case 'change':
      if (!from) throw new Error('The passphrase in use is missing.');
      return ended(await call('vault.changePassphrase', { from, to: passphrase }, options));
    case 'remove':
      return ended(await call('vault.removePassphrase', { passphrase }, options));
    default:
      return assertNever(how);
  }
}

function required({ value }: CallOutput<'vault.revealSecret'>): string {
  if (value === null) throw new Error('The host sent no secret.');
  return value;
}
