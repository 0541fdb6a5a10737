/**
 * In the vault process: channels to the page, on which a secret comes in, or goes out to be shown, without passing
 * through main. What came is held until main's call says what it is; a channel that is closed, or has been open for
 * too long, takes it along.
 */
import { randomUUID } from 'node:crypto';
import { type MessageFromVault, type MessageToVault, messageToVault } from '#shared/contract/vault-port.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { Disposer } from '#shared/lib/disposer.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import type { ChannelEnd } from '../processes/port.ts';
import { afterTime, type Later } from './later.ts';

/** The page needs one at a time. */
export const openPortLimit = 8;
export const portLifeMs = 60_000;

interface OpenPort {
  readonly end: ChannelEnd;
  readonly stopTimer: Disposer;
  arrived?: MessageToVault;
}

export class SecretPorts {
  readonly #open = new Map<string, OpenPort>();
  readonly #later: Later;

  constructor(later: Later = afterTime) {
    this.#later = later;
  }

  accept(end: ChannelEnd): void {
    if (this.#open.size >= openPortLimit) {
      refuse(end, new AppError('conflict', 'Too many secrets are being entered at once.', tryAgain));
      return;
    }
    const portId = randomUUID();
    const stopTimer = this.#later(portLifeMs, () => this.#close(portId));
    this.#open.set(portId, { end, stopTimer });
    end.onMessage((message) => this.#receive(portId, message));
    end.onClose(() => this.#close(portId));
    tell(end, { type: 'ready', portId });
  }

  /** What was entered on this channel, once. @throws AppError `not_found` */
  take(portId: string): string {
    return this.#take(portId, 'enter');
  }

  /** A text to be imported, as above. */
  takeText(portId: string): string {
    return this.#take(portId, 'import');
  }

  #take(portId: string, type: MessageToVault['type']): string {
    const arrived = this.#open.get(portId)?.arrived;
    this.#close(portId);
    if (arrived?.type === type) return arrived.value;
    throw new AppError(
      'not_found',
      'What was entered is no longer waiting in the vault: it was locked meanwhile, or a minute went by.',
      tryAgain,
    );
  }

  /** Sends it on this channel, which is closed then. @throws AppError `not_found` */
  show(portId: string, value: string): void {
    const open = this.#forget(portId);
    if (!open) {
      throw new AppError('not_found', 'The page is no longer waiting for the secret.', tryAgain);
    }
    tell(open.end, { type: 'secret', value });
    open.end.close();
  }

  #receive(portId: string, message: unknown): void {
    const open = this.#open.get(portId);
    if (!open) return;
    const parsed = parseUnknown(messageToVault, message);
    if (parsed.success && open.arrived === undefined) {
      open.arrived = parsed.data;
      tell(open.end, { type: 'held' });
      return;
    }
    // Not what was wrong with it: that could tell of the value.
    this.#forget(portId);
    refuse(open.end, new AppError('invalid_input', 'The vault did not accept what was sent to it.'));
  }

  #close(portId: string): void {
    this.#forget(portId)?.end.close();
  }

  #forget(portId: string): OpenPort | undefined {
    const open = this.#open.get(portId);
    open?.stopTimer();
    this.#open.delete(portId);
    return open;
  }
}

const tryAgain = { hint: 'Try again.', retryable: true };

function tell(end: ChannelEnd, message: MessageFromVault): void {
  end.send(message);
}

function refuse(end: ChannelEnd, error: AppError): void {
  tell(end, { type: 'refused', error: error.toFailure() });
  end.close();
}
