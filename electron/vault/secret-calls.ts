/** The contract’s calls that carry a secret, by the way that the host has for them. */
import type { CallOutput, CallParsedInput } from '#shared/contract/index.ts';
import type { CopyEnd, Credential } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { EnteredValue, ImportSource } from './api.ts';
import { type Clipboard, CopiedSecret, copiedForMs } from './copied-secret.ts';
import { afterTime } from './later.ts';
import type { Vault } from './vault.ts';

/** How a secret gets from the page to the vault process, and out again. */
export type SecretWay =
  /** On channels of their own, which main passes on unread; and from the vault to the system’s clipboard. */
  | { readonly by: 'port'; readonly clipboard: Clipboard }
  /** In calls and answers, through main. The page has a clipboard. */
  | { readonly by: 'call' };

const closeLimitMs = 2000;

export interface SecretCallsHooks {
  onCopyEnded(how: CopyEnd): void;
  /** For the log. */
  onProblem(error: unknown): void;
}

export class SecretCalls {
  readonly #vault: Vault;
  readonly #way: SecretWay;
  readonly #copied: CopiedSecret | undefined;

  constructor(vault: Vault, way: SecretWay, { onCopyEnded, onProblem }: SecretCallsHooks) {
    this.#vault = vault;
    this.#way = way;
    if (way.by !== 'port') return;
    const copied = new CopiedSecret({ clipboard: way.clipboard, onEnded: onCopyEnded, onProblem });
    this.#copied = copied;
    vault.changed.add(({ state }) => {
      if (state !== 'unlocked' && state !== 'waiting') void copied.clear();
    });
  }

  /** @throws AppError `refused` for a value that came by the other way: it has been where it must not be. */
  async enter({ value, portId, ...place }: CallParsedInput<'vault.enterSecret'>): Promise<Credential> {
    if (this.#way.by === 'port' && portId !== undefined) {
      return this.#vault.enterSecret({ ...place, portId });
    }
    if (this.#way.by === 'call' && value !== undefined) return this.#vault.enterSecret({ ...place, value });
    throw otherWay('Here a secret can’t go to the vault by this way.');
  }

  /** A passphrase, if it came by this host's way. @throws AppError `refused` */
  passphrase(entered: EnteredValue): EnteredValue;
  passphrase(entered: EnteredValue | undefined): EnteredValue | undefined;
  passphrase(entered: EnteredValue | undefined): EnteredValue | undefined {
    if (entered && 'portId' in entered !== (this.#way.by === 'port')) {
      throw otherWay('Here a passphrase can’t go to the vault by this way.');
    }
    return entered;
  }

  /** What is to be imported, if it came by this host's way. @throws AppError `refused` */
  importSource({ path, portId, value, passphrase }: CallParsedInput<'imports.open'>): ImportSource {
    if (path !== undefined) return { path, passphrase: this.passphrase(passphrase) };
    if (this.#way.by === 'port' && portId !== undefined) return { portId };
    if (this.#way.by === 'call' && value !== undefined) return { value };
    throw otherWay('Here a text can’t go to the vault by this way.');
  }

  async reveal({
    credentialId,
    purpose,
    portId,
  }: CallParsedInput<'vault.revealSecret'>): Promise<CallOutput<'vault.revealSecret'>> {
    if (this.#way.by === 'port' && purpose === 'show' && portId !== undefined) {
      await this.#vault.letOut('revealed', credentialId, (process) =>
        process.call('show', { credentialId, portId }),
      );
      return { value: null };
    }
    if (this.#way.by === 'call' && portId === undefined) {
      const action = purpose === 'copy' ? 'copied' : 'revealed';
      return this.#vault.letOut(action, credentialId, (process) => process.call('tell', { credentialId }));
    }
    throw otherWay('Here a secret can’t leave the vault by this way.');
  }

  async copy({ credentialId }: CallParsedInput<'vault.copySecret'>): Promise<CallOutput<'vault.copySecret'>> {
    const copied = this.#copied;
    if (!copied) throw otherWay('This host has no clipboard of its own.');
    await this.#vault.letOut('copied', credentialId, async (process) =>
      copied.copy((await process.call('tell', { credentialId })).value),
    );
    return { clearedAfterMs: copiedForMs };
  }

  /** Takes what was copied off the clipboard, if it is still there. A clipboard that hangs is not waited for. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stopTimer = afterTime(closeLimitMs, resolve);
    await Promise.race([promise, this.#copied?.clear()]);
    stopTimer();
  }
}

/** The page of this host does not ask for this: it belongs to another one, or something went wrong in it. */
function otherWay(message: string): AppError {
  return new AppError('refused', message, { hint: 'Reload the page and try again.' });
}
