/** Electron's events that can be prevented. */
import type { Event } from 'electron';
import { standsFor } from '../stands-for.ts';

export interface Preventable {
  readonly event: Event;
  isPrevented(): boolean;
}

export function preventable(owner: string): Preventable;
export function preventable<Params extends object>(
  owner: string,
  params: Params,
): { readonly event: Event<Params>; isPrevented(): boolean };
export function preventable(owner: string, params: object = {}) {
  let prevented = false;
  const event = standsFor<Event<object>>(owner)({
    preventDefault: () => {
      prevented = true;
    },
    ...params,
  });
  return { event, isPrevented: () => prevented };
}
