/**
 * Opening, locking and losing the vault process, and what its state is called meanwhile. A chosen store that fails is
 * said to fail: it is never replaced by another one.
 */
import { randomUUID } from 'node:crypto';
import type { StoreKind, VaultStatus } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { ChildExit, SpawnChild } from '../processes/port.ts';
import { type EnteredValue, type FileToOpen, probeId, type SealToOpen, type VaultApi } from './api.ts';
import type { CredentialBook } from './credential-book.ts';
import { type CredentialIndex, idIn, type VaultMeta } from './credential-index.ts';
import { afterTime } from './later.ts';
import type { CheckEndpoints } from './service-check/index.ts';
import * as words from './status-words.ts';
import { hasSealedFile } from './stores/sealed-file-store.ts';
import type { Progress } from './sweep/index.ts';
import { type VaultCalls, VaultProcess, VaultProcessLost } from './vault-process.ts';

export interface LifecycleOptions {
  readonly spawn: SpawnChild;
  readonly entry: URL;
  readonly index: CredentialIndex;
  readonly book: CredentialBook;
  readonly waitingAfterMs: number;
  /** Where the vault file is, if there is one. */
  readonly folder: string;
  readonly checkEndpoints: CheckEndpoints | undefined;
  now(): number;
  onChanged(status: VaultStatus): void;
  onUnexpectedExit(exit: ChildExit): void;
  onSweepProgress(progress: Progress): void;
}

export interface OpenVault {
  /** For one operation. */
  readonly process: VaultCalls;
  /** For what takes long for another reason than the keychain's. Not asked of another process when this one is lost. */
  readonly atLeisure: VaultCalls['call'];
  readonly store: StoreKind;
}

/**
 * What may be asked again of another process, as its answer is the same: everything but what is being entered, which was
 * removed as a loose end when that one opened.
 */
const repeatable: readonly (keyof VaultApi)[] = [
  'load',
  'tell',
  'formVariables',
  'formEnvText',
  'remove',
  'signChannel',
  'signUser',
  'signRequest',
  'verifyWebhook',
  'encrypt',
  'decryptBatch',
  'checkService',
  'stopCheck',
];

/**
 * In what the process inherits: failures of the keychain are told apart by what libraries say in English, which is what
 * they say where no other language is asked for.
 */
const inEnglish = { LC_ALL: 'C.UTF-8', LANGUAGE: undefined };

/** A vault process that keeps ending is not started for ever. */
export const restartsPerMinuteLimit = 3;

/** A process that was started for a passphrase, and is not opened by then, ends. */
const passphraseLimitMs = 60_000;

export interface ChooseOptions {
  readonly startOver?: boolean | undefined;
  /** For the vault file. */
  readonly passphrase?: EnteredValue | undefined;
}

export interface Running {
  readonly process: VaultProcess;
  readonly store: StoreKind;
}

type Identity = Pick<VaultMeta, 'hasCanary'> & { readonly vaultId: string };

export class Lifecycle {
  readonly #options: LifecycleOptions;
  #status: words.Said;
  #isWaiting = false;
  /** The running process; it is usable once `#open` is set. */
  #process: VaultProcess | undefined;
  #open: Running | undefined;
  readonly #onceWaiting = new Set<() => void>();
  #opening: { readonly store: StoreKind; readonly done: Promise<VaultStatus> } | undefined;
  #restarts: number[] = [];
  /** Removes what a move has left, in a process that has not got that store open. */
  #tidying: Tidying | undefined;

  constructor(options: LifecycleOptions) {
    this.#options = options;
    const store = options.index.readMeta().chosenStore;
    this.#status =
      store !== null && store !== 'session' && this.#isSealed(store)
        ? words.sealed(store)
        : words.notOpenedYet(store);
  }

  status(): VaultStatus {
    const { waitingAfterMs, folder } = this.#options;
    const said = this.#isWaiting ? words.waiting(this.#status.store, waitingAfterMs) : this.#status;
    const isKeychainSealed = this.#isSealed('keychain');
    return { ...said, hasVaultFile: hasSealedFile(folder), isKeychainSealed };
  }

  get current(): OpenVault | undefined {
    return this.#open && this.#operation(this.#open);
  }

  /** What was chosen; before that, nothing is stored anywhere. */
  get chosenStore(): StoreKind | null {
    return this.#options.index.readMeta().chosenStore;
  }

  /** Opens the chosen store, or the keychain if it works. The status says what came of it. */
  async start(): Promise<void> {
    // Their values went with the process that held them.
    this.#options.book.forget('session');
    if (this.#isSealed(this.chosenStore)) return expected(this.#tidyApart());
    await expected(this.unlock());
  }

  async unlock(passphrase?: EnteredValue): Promise<VaultStatus> {
    if (this.#open) return this.status();
    if (this.#opening) return this.#opening.done;
    const store = this.chosenStore ?? 'keychain';
    if (!this.#isSealed(store)) return this.#begin(store);
    if (!passphrase) throw words.passphraseRequired();
    return this.#begin(
      store,
      store === 'file' ? { file: this.#file('open', passphrase) } : { seal: this.#seal(passphrase) },
    );
  }

  /** It opens with a passphrase only. */
  #isSealed(store: StoreKind | null): boolean {
    return store === 'file' || (store === 'keychain' && this.#options.index.readMeta().sealId !== null);
  }

  #seal(passphrase: EnteredValue): SealToOpen {
    return { sealId: this.#options.index.readMeta().sealId ?? '', passphrase };
  }

  /** Has a process run that takes a passphrase on a channel. It has no secret until a store is opened in it. */
  expectPassphrase(): void {
    if (this.#process) return;
    const waiting = this.#spawn();
    afterTime(passphraseLimitMs, () => {
      if (this.#process === waiting && !this.#open && !this.#opening)
        this.#end(new AppError('cancelled', 'No passphrase came.'));
    });
  }

  /** For a channel of the page's: also a process that waits for a passphrase. @throws as `ready` */
  async takesChannels(): Promise<VaultProcess> {
    if (this.#process && !this.#opening) return this.#process;
    return (await this.#ready()).process;
  }

  /** The open vault, after an opening that is under way. @throws AppError `vault_locked`, `vault_waiting` */
  async ready(): Promise<OpenVault> {
    return this.#operation(await this.#ready());
  }

  /** As `ready`, for a move: what was open keeps its process when another store is switched to. @throws as `ready` */
  running(): Promise<Running> {
    return this.#ready();
  }

  /** The open process has this store open from here on, and the index says so. */
  switchedTo(store: StoreKind): void {
    if (!this.#open) return;
    this.#open = { process: this.#open.process, store };
    this.#set(words.unlocked(store));
  }

  /** With nothing left of a move. @throws AppError what the store says in which something is left */
  async tidied(): Promise<void> {
    await this.#tidyApart();
  }

  /**
   * Removes what a move has left, if it did. What is in a vault file whose passphrase nobody has entered is removed when
   * that file is opened. @returns Whether nothing is left. @throws AppError a store's failure
   */
  async tidyWith(calls: VaultCalls): Promise<boolean> {
    const { index, folder, book } = this.#options;
    const meta = index.readMeta();
    const { leftovers } = meta;
    const vaultId = leftovers && idIn(leftovers.store, meta);
    if (!leftovers || !vaultId) return true;
    const credentialIds = book.unsettled(leftovers.store).map(({ credentialId }) => credentialId);
    const isDone = await calls.call('tidy', { leftovers, vaultId, credentialIds, folder });
    book.together(() => {
      if (isDone) index.change({ remove: credentialIds });
      index.writeMeta({ leftovers: null });
    });
    return isDone;
  }

  /** What a move that was given up has left: in its own process, which comes to it after what it is still at. */
  tidyLater(process: VaultProcess): void {
    void expected(this.#tidyIn(process, { call: process.atLeisure }));
  }

  /** Not in the open vault's process: a keychain that is no longer in use may hang, and is waited for by nobody. */
  #tidyApart(): Promise<unknown> {
    if (this.#tidying) return this.#tidying.done;
    if (!this.#options.index.readMeta().leftovers) return Promise.resolve();
    const { spawn, entry, waitingAfterMs } = this.#options;
    const process = new VaultProcess({
      spawn: (module, options) => spawn(module, { ...options, env: inEnglish }),
      entry,
      waitingAfterMs,
      onWaiting: () => {},
      onKeychainLost: () => {},
      onSweepProgress: () => {},
      onUnexpectedExit: (exit) => this.#options.onUnexpectedExit(exit),
    });
    return this.#tidyIn(process, process.operation()).finally(() =>
      process.end(new AppError('cancelled', 'Nothing is left to do.')),
    );
  }

  #tidyIn(process: VaultProcess, calls: VaultCalls): Promise<unknown> {
    const store = this.#options.index.readMeta().leftovers?.store;
    const done = this.tidyWith(calls).finally(() => {
      if (this.#tidying === tidying) this.#tidying = undefined;
    });
    const tidying = { process, store, done };
    this.#tidying = tidying;
    return done;
  }

  /** What is removed with all that a move left would be in use again: the keychain's canary, or the vault file. */
  #stopTidying(store: StoreKind): Promise<void> | undefined {
    if (this.#tidying?.store !== store) return undefined;
    const { process } = this.#tidying;
    process.end(new AppError('cancelled', 'The place that was to be emptied is opened.'));
    return process.exited;
  }

  /** The outcome of `work`, unless the keychain keeps the vault waiting before. @throws AppError `vault_waiting` */
  async unlessWaiting<T>(work: Promise<T>): Promise<T> {
    const waiting = Promise.withResolvers<never>();
    const onceWaiting = () => waiting.reject(words.waitingFailure(this.status()));
    this.#onceWaiting.add(onceWaiting);
    try {
      return await Promise.race([work, waiting.promise]);
    } finally {
      this.#onceWaiting.delete(onceWaiting);
    }
  }

  lock(forget: boolean): VaultStatus {
    if (!this.#process) return this.status();
    const store = this.#open?.store ?? this.#opening?.store ?? null;
    if (store === 'session' && !forget) {
      throw new AppError('confirmation_required', 'Locking forgets the secrets of this session.', {
        hint: 'Confirm that they may be forgotten, or leave the vault unlocked.',
      });
    }
    this.#end(lockedNow());
    // Before what can fail for the disk's sake: it is locked already.
    this.#set(words.lockedByUser(this.chosenStore, store === 'session', this.#isSealed(this.chosenStore)));
    if (store === 'session') this.#options.book.forget('session');
    return this.status();
  }

  /** As `lock`, unless that would forget a session's secrets. */
  lockBy(rule: words.LockRule): void {
    const store = this.#open?.store ?? this.#opening?.store ?? null;
    if (!this.#process || store === 'session') return;
    this.#end(lockedNow());
    this.#set(words.lockedByRule(this.chosenStore, rule, this.#isSealed(this.chosenStore)));
  }

  /** Ends the process, unless a session's secrets would go with it: then only a move wanted the keychain. */
  cancelWaiting(): VaultStatus {
    if (!this.#isWaiting) return this.status();
    const isSession = this.#open?.store === 'session';
    const hint = isSession
      ? 'If the keychain’s prompt is still shown, answer or dismiss it before you try again.'
      : 'Unlock the vault to try again.';
    const message = 'The system keychain did not answer, and you stopped waiting.';
    const reason = new AppError('cancelled', message, { hint, retryable: true });
    if (isSession) {
      this.#open?.process.giveUpWaiting(reason);
      return this.status();
    }
    this.#end(reason);
    this.#set(words.stoppedWaiting(this.chosenStore));
    return this.status();
  }

  async chooseStore(
    store: StoreKind,
    { startOver = false, passphrase }: ChooseOptions,
  ): Promise<VaultStatus> {
    if (this.#open?.store === store && !(store === 'file' && startOver)) return this.status();
    if (this.#open) this.#leave(this.#open.store);
    if (store === 'file') return this.#choosePassphrased('file', this.#fileHow(passphrase, startOver));
    if (this.#isSealed(store) && !startOver) {
      if (!passphrase) throw words.passphraseRequired();
      return this.#choosePassphrased(store, { seal: this.#seal(passphrase) });
    }
    const sameOpening = this.#opening?.store === store ? this.#opening.done : undefined;
    if (!sameOpening && this.#process) {
      this.#end(new AppError('cancelled', 'Another place for secrets was chosen.'));
    }
    if (!sameOpening) return this.#begin(store, { startOver });
    try {
      return await sameOpening;
    } catch (error) {
      const mayStartOver = startOver && error instanceof AppError && error.code === 'keychain_locked';
      if (!mayStartOver || this.#process) throw error;
      return await this.#begin(store, { startOver });
    }
  }

  /** The process that runs may be the one that holds the passphrase. What was open before opens again if this fails. */
  async #choosePassphrased(store: StoreKind, how: HowToOpen): Promise<VaultStatus> {
    const former = this.#open?.store;
    this.#open = undefined;
    if (this.#opening) this.#end(new AppError('cancelled', 'Another place for secrets was chosen.'));
    try {
      return await this.#begin(store, how);
    } catch (error) {
      if (former && !this.#isSealed(former) && !this.#process) await expected(this.#begin(former));
      throw error;
    }
  }

  #fileHow(passphrase: EnteredValue | undefined, startOver: boolean): HowToOpen {
    if (!passphrase) throw words.passphraseRequired();
    return { file: this.#file(startOver ? 'anew' : 'make', passphrase) };
  }

  #file(how: FileToOpen['how'], passphrase: EnteredValue): FileToOpen {
    return { folder: this.#options.folder, passphrase, how };
  }

  close(): void {
    const reason = new AppError('cancelled', 'Latchkey is closing.');
    this.#tidying?.process.end(reason);
    this.#end(reason);
  }

  #leave(store: StoreKind): void {
    const count = this.#options.book.count(store);
    if (count > 0) throw words.storeInUse(store, count);
  }

  #begin(store: StoreKind, how: HowToOpen = {}): Promise<VaultStatus> {
    const done = this.#openStore(store, how);
    const opening = { store, done };
    this.#opening = opening;
    const clear = () => {
      if (this.#opening === opening) this.#opening = undefined;
    };
    done.then(clear, clear);
    return done;
  }

  async #openStore(store: StoreKind, { startOver = false, file, seal }: HowToOpen): Promise<VaultStatus> {
    const { index, book, checkEndpoints } = this.#options;
    const identity = this.#identity(store);
    const tidyingEnded = this.#stopTidying(store);
    const isReusable = (file || seal) && this.#process?.isRunning;
    const process = (isReusable && this.#process) || this.#spawn();
    // Without its passphrase a sealed keychain is as one that was reset, and known to be there.
    const isBegunAnew = startOver && store === 'keychain' && this.#isSealed(store);
    const calls = process.operation();
    this.#set(words.opening(store));
    try {
      await tidyingEnded;
      const { vaultId } = await calls.call('open', {
        store,
        vaultId: isBegunAnew ? randomUUID() : identity.vaultId,
        hasCanary: store === 'keychain' && identity.hasCanary && !isBegunAnew,
        ...(startOver ? { startOverAs: randomUUID() } : {}),
        ...(file ? { file } : {}),
        ...(checkEndpoints ? { checkEndpoints } : {}),
        ...(seal ? { seal } : {}),
      });
      if (vaultId !== identity.vaultId || file?.how === 'anew') book.forget(store);
      const hasCanary = identity.hasCanary || store === 'keychain';
      const { leftovers, sealId } = index.readMeta();
      // In use again from here on. The records of what a move left in it are settled below.
      const isOfThis = leftovers?.store === store && (store === 'file' || leftovers.sealId === sealId);
      // What a move left in the keychain goes by the former id. Only a keychain is opened under another one.
      const others = { keychainId: vaultId, sealId: null, leftovers: inFile(leftovers) };
      const anew = vaultId === identity.vaultId ? {} : others;
      index.writeMeta({
        chosenStore: store,
        hasCanary,
        leftovers: isOfThis ? null : leftovers,
        ...anew,
      });
      await book.settle(store, calls);
      // Tidying that was ended may have left it.
      if (isOfThis) await expected(calls.call('remove', { credentialIds: [probeId] }));
      // Fails when the process was ended while what was left behind was settled.
      process.requireRunning();
    } catch (error) {
      if (this.#process === process) {
        this.#end(new AppError('vault_locked', 'The vault could not be opened.'));
        this.#set(words.failed(error, this.chosenStore));
      }
      throw error;
    }
    this.#open = { process, store };
    this.#set(words.unlocked(store));
    void expected(this.#tidyApart());
    return this.status();
  }

  /** Written before it is used, so that nothing is ever stored under an id that is not known afterwards. */
  #identity(store: StoreKind): Identity {
    const meta = this.#options.index.readMeta();
    const known = idIn(store, meta);
    if (known !== null) return { vaultId: known, hasCanary: meta.hasCanary };
    const vaultId = randomUUID();
    this.#options.index.writeMeta({ vaultId });
    return { vaultId, hasCanary: meta.hasCanary };
  }

  #spawn(): VaultProcess {
    const { spawn, entry, waitingAfterMs } = this.#options;
    // One that waits for a passphrase, while another store is opened.
    this.#process?.end(new AppError('cancelled', 'Another place for secrets was opened.'));
    const started: VaultProcess = new VaultProcess({
      spawn: (module, options) => spawn(module, { ...options, env: inEnglish }),
      entry,
      waitingAfterMs,
      onWaiting: (isWaiting) => {
        this.#isWaiting = isWaiting;
        if (isWaiting) for (const onceWaiting of this.#onceWaiting) onceWaiting();
        this.#options.onChanged(this.status());
      },
      onKeychainLost: () => this.#loseKeychain(started),
      onSweepProgress: (progress) => this.#options.onSweepProgress(progress),
      onUnexpectedExit: (exit) => this.#lose(exit),
    });
    this.#process = started;
    return started;
  }

  async #ready(): Promise<Running> {
    if (!this.#open && this.#isWaiting) throw words.waitingFailure(this.status());
    if (!this.#open && this.#opening) await expected(this.#opening.done);
    if (!this.#open) throw words.lockedFailure(this.status());
    return this.#open;
  }

  #operation({ process, store }: Running): OpenVault {
    const calls = process.operation();
    const again = async (error: unknown, method: keyof VaultApi): Promise<VaultCalls> => {
      if (!(error instanceof VaultProcessLost)) throw error;
      // Throws what keeps the vault from opening, which tells more.
      const next = await this.#ready();
      if (next.store !== store || !repeatable.includes(method)) throw error;
      return next.process.operation();
    };
    const call: VaultCalls['call'] = (method, input) =>
      calls
        .call(method, input)
        .catch((error) => again(error, method).then((others) => others.call(method, input)));
    return { process: { call }, atLeisure: process.atLeisure, store };
  }

  /** While it opens, it can't tell: then the opening fails by what was asked of the keychain. */
  #loseKeychain(process: VaultProcess): void {
    if (this.#open?.process !== process) return;
    const { store } = this.#open;
    // Only a move wanted it: its call fails, and what another store holds stays open.
    if (store !== 'keychain') return;
    this.#end(
      new VaultProcessLost(
        'The connection to the system keychain was lost, and had to be made again.',
        'Try again: what was being entered was not kept.',
      ),
    );
    if (this.#isSealed(store)) this.#set(words.sealedLost('keychain'));
    else this.#restart(store);
  }

  /** The process is gone without having been ended. A keychain is opened again; a session's secrets are lost. */
  #lose(exit: ChildExit): void {
    const store = this.#open?.store ?? this.#opening?.store;
    this.#forgetProcess();
    this.#options.onUnexpectedExit(exit);
    if (store === 'session') {
      this.#set(words.sessionLost());
      this.#forgetLost();
      return;
    }
    // Its passphrase went with the process; one that only waited for it had opened nothing.
    if (!store) return;
    if (this.#isSealed(store)) this.#set(words.sealedLost(store));
    else this.#restart(store);
  }

  #restart(store: StoreKind): void {
    const now = this.#options.now();
    this.#restarts = this.#restarts.filter((at) => now - at < 60_000);
    if (this.#restarts.length >= restartsPerMinuteLimit) {
      this.#set(words.keepsEnding(this.chosenStore));
      return;
    }
    this.#restarts.push(now);
    void expected(this.#begin(store));
  }

  /** Nobody waits for this. What the disk does not let it forget is forgotten at the next start. */
  #forgetLost(): void {
    try {
      this.#options.book.forget('session');
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  #end(reason: AppError): void {
    const ending = this.#process;
    this.#forgetProcess();
    ending?.end(reason);
  }

  #forgetProcess(): void {
    this.#process = undefined;
    this.#open = undefined;
    this.#opening = undefined;
    this.#isWaiting = false;
  }

  #set(status: words.Said): void {
    this.#status = status;
    this.#options.onChanged(this.status());
  }
}

interface Tidying {
  readonly process: VaultProcess;
  readonly store: StoreKind | undefined;
  readonly done: Promise<unknown>;
}

interface HowToOpen {
  /** A keychain that turns out to have been reset opens, and what was in it is forgotten. */
  readonly startOver?: boolean;
  readonly file?: FileToOpen;
  readonly seal?: SealToOpen;
}

function inFile(leftovers: VaultMeta['leftovers']): VaultMeta['leftovers'] {
  return leftovers?.store === 'file' ? leftovers : null;
}

function lockedNow(): AppError {
  return new AppError('vault_locked', 'The vault was locked.', { hint: 'Unlock it and try again.' });
}

/** For work whose failure the status tells. Only a bug is passed on. */
async function expected(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}
