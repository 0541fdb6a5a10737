/** A secret on the clipboard, as the whole page shows it: how long, and whether it could be taken off. */
import type { Secrets } from '../bridge/index.ts';
import { type Readable, Value } from './value.ts';

export type CopyState =
  | { readonly state: 'none' }
  /** `what` names it: “current app secret of shop”. `until` is in milliseconds since 1970. */
  | { readonly state: 'there'; readonly what: string; readonly until: number }
  | { readonly state: 'cleared'; readonly what: string }
  /** It could not be taken off. */
  | { readonly state: 'left'; readonly what: string };

const none: CopyState = { state: 'none' };

export class CopiedSecret implements Readable<CopyState> {
  readonly #secrets: Secrets;
  readonly #value = new Value<CopyState>(none);

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
    secrets.onCopyEnded((how) => {
      const state = this.#value.get();
      if (state.state === 'none') return;
      this.#value.set(how === 'replaced' ? none : { state: how, what: state.what });
    });
  }

  readonly get = (): CopyState => this.#value.get();

  readonly subscribe = (listener: () => void) => this.#value.subscribe(listener);

  async copy(credentialId: string, what: string, signal?: AbortSignal): Promise<void> {
    const { clearedAfterMs } = await this.#secrets.copy(credentialId, { signal });
    this.#value.set({ state: 'there', what, until: Date.now() + clearedAfterMs });
  }

  dismiss(): void {
    this.#value.set(none);
  }
}
