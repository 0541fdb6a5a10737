/** Secrets on their way in, by the way that the host has: the rest of the page need not know which. */
import type { CallInput } from '#shared/contract/index.ts';
import type { Credential } from '#shared/contract/vault.ts';
import type { CallOptions, Client } from './client.ts';
import type { Transport } from './transport.ts';

export type SecretInput = Omit<CallInput<'vault.enterSecret'>, 'value' | 'portId'> & {
  readonly value: string;
};

export interface Secrets {
  /** Resolves once the vault keeps it. Nothing here holds the value after that, nor after a failure. */
  enter(input: SecretInput, options?: CallOptions): Promise<Credential>;
}

export function secretsOver(call: Client['call'], openVaultPort: Transport['openVaultPort']): Secrets {
  return {
    async enter({ value, ...place }, options = {}) {
      if (!openVaultPort) return call('vault.enterSecret', { ...place, value }, options);
      const port = await openVaultPort(options.signal);
      try {
        await port.enter(value, options.signal);
        return await call('vault.enterSecret', { ...place, portId: port.portId }, options);
      } finally {
        port.close();
      }
    },
  };
}
