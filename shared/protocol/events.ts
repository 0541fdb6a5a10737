/** Event names: who may send them, and which are the protocol's own. Source: pusher-js 8 `src/core`. */

/** The longest event name that the HTTP API accepts, in characters. */
export const eventNameLimit = 200;

export const protocolPrefix = 'pusher:';
export const internalPrefix = 'pusher_internal:';
export const clientPrefix = 'client-';

/** Messages of the protocol itself. They change what the connection does; application events do not. */
export function isProtocolEvent(name: string): boolean {
  return name.startsWith(protocolPrefix) || name.startsWith(internalPrefix);
}

export function isClientEvent(name: string): boolean {
  return name.startsWith(clientPrefix);
}

export type EventNameProblem = { readonly severity: 'error' | 'warning'; readonly message: string };

/** What is wrong with the name of an event that is to be published over the HTTP API, or undefined. */
export function eventNameProblem(name: string): EventNameProblem | undefined {
  if (name.trim() === '') return { severity: 'error', message: 'Enter an event name.' };
  if (name.length > eventNameLimit) {
    return {
      severity: 'error',
      message: `The name has ${name.length} characters; the limit is ${eventNameLimit}.`,
    };
  }
  if (isProtocolEvent(name)) {
    return {
      severity: 'error',
      message: 'Names that start with “pusher:” or “pusher_internal:” belong to the protocol.',
    };
  }
  if (isClientEvent(name)) {
    return {
      severity: 'warning',
      message:
        '“client-” names are meant for events that clients send to each other; some servers refuse them here.',
    };
  }
  return undefined;
}
