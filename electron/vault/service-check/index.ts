/** Checks that send a secret, in the vault process: those under way, and their end. */
import { type AskOptions, askService, type ServiceAnswer } from './ask.ts';
import { type PublicFields, requestOf, type ServiceCheckId } from './requests.ts';

export type { ServiceAnswer } from './ask.ts';
export { type PublicFields, type ServiceCheckId, secretOf, serviceCheckIds } from './requests.ts';

/** Base URLs in place of `https://HOST`, by host. Only tests have any. */
export type CheckEndpoints = Readonly<Record<string, string>>;

export class ServiceChecks {
  readonly #running = new Map<string, AbortController>();
  #endpoints: CheckEndpoints = {};

  set endpoints(endpoints: CheckEndpoints) {
    this.#endpoints = endpoints;
  }

  /**
   * @param readSecret Asked once the check can be stopped.
   * @throws AppError `invalid_input` when no request can be made of these, and what `readSecret` throws
   */
  async run(
    input: { readonly requestId: string; readonly checkId: ServiceCheckId; readonly fields: PublicFields },
    readSecret: () => Promise<string>,
    options: Pick<AskOptions, 'timeoutMs'> = {},
  ): Promise<ServiceAnswer> {
    const { requestId, checkId, fields } = input;
    const controller = new AbortController();
    this.#running.set(requestId, controller);
    try {
      const request = requestOf(checkId, fields, await readSecret());
      return await askService(request, {
        ...options,
        signal: controller.signal,
        baseUrl: this.#endpoints[request.host],
      });
    } finally {
      this.#running.delete(requestId);
    }
  }

  /** One that has ended already is left alone. */
  stop(requestId: string): void {
    this.#running.get(requestId)?.abort();
  }
}
