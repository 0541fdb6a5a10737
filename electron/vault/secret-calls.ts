/** The contract’s calls that carry a secret, by the way that the host has for them. */
import type { CallParsedInput } from '#shared/contract/index.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { Vault } from './vault.ts';

/** How a secret gets from the page to the vault process. */
export type SecretWay =
  /** On a channel of its own, which main passes on unread. */
  | { readonly by: 'port' }
  /** In a call, through main. */
  | { readonly by: 'call' };

export class SecretCalls {
  readonly #vault: Vault;
  readonly #way: SecretWay;

  constructor(vault: Vault, way: SecretWay) {
    this.#vault = vault;
    this.#way = way;
  }

  /** @throws AppError `refused` for a value that came by the other way: it has been where it must not be. */
  async enter({ value, portId, ...place }: CallParsedInput<'vault.enterSecret'>): Promise<Credential> {
    if (this.#way.by === 'port' && portId !== undefined) {
      return this.#vault.enterSecret({ ...place, portId });
    }
    if (this.#way.by === 'call' && value !== undefined) return this.#vault.enterSecret({ ...place, value });
    throw new AppError('refused', 'Here a secret can’t go to the vault by this way.', {
      hint: 'Reload the page and enter it again.',
    });
  }
}
