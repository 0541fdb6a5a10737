/** Secrets on their way in and out, by the way that the host has: the rest of the page need not know which. */
import type { CallInput, CallOutput } from '#shared/contract/index.ts';
import type { Credential } from '#shared/contract/vault.ts';
import type { CallOptions, Client } from './client.ts';
import type { Transport } from './transport.ts';

export type SecretInput = Omit<CallInput<'vault.enterSecret'>, 'value' | 'portId'> & {
  readonly value: string;
};

export interface Secrets {
  /** Resolves once the vault keeps it. Nothing here holds the value after that, nor after a failure. */
  enter(input: SecretInput, options?: CallOptions): Promise<Credential>;
  /** For the user who was just asked. It is the caller's to show, and to forget after its time. */
  reveal(credentialId: string, options?: CallOptions): Promise<string>;
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
    async reveal(credentialId, options = {}) {
      const input = { credentialId, confirmed: true, purpose: 'show' } as const;
      if (!openVaultPort) return told(await call('vault.revealSecret', input, options));
      const port = await openVaultPort(options.signal);
      try {
        await call('vault.revealSecret', { ...input, portId: port.portId }, options);
        return await port.receive(options.signal);
      } finally {
        port.close();
      }
    },
  };
}

function told({ value }: CallOutput<'vault.revealSecret'>): string {
  if (value === null) throw new Error('The host sent no secret.');
  return value;
}
