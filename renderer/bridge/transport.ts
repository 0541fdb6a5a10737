/** How messages reach the main side. Electron and the web host each have one; everything above is the same. */
import type { ClientMessage, RefusalReason } from '#shared/contract/wire.ts';
import type { Disposer } from '#shared/lib/disposer.ts';
import type { VaultPort } from './vault-port.ts';

export type TransportStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'online' }
  /** The host is gone; the transport keeps trying. */
  | { readonly state: 'offline' }
  /**
   * The host is there and does not let this page in: the link that opened it is no good, or the host was started anew
   * since this tab was let in. Trying again is of no use.
   */
  | { readonly state: 'refused'; readonly what: 'link' | 'tab'; readonly reason: RefusalReason };

export interface Transport {
  send(message: ClientMessage): void;
  /** Messages as they came, unparsed. */
  onMessage(listener: (message: unknown) => void): Disposer;
  readonly status: TransportStatus;
  onStatus(listener: (status: TransportStatus) => void): Disposer;
  /** Tries now rather than at the next turn. */
  retry(): void;
  /** Where secrets don't pass through the main process: a new channel to the vault process. */
  openVaultPort?(signal: AbortSignal | undefined): Promise<VaultPort>;
}
