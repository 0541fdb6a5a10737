/**
 * Which server an app is on, from what it does. Each thing seen speaks for some servers and against others; a server is
 * named only when it has enough on its side, and more than any other. Sources: the servers' own code, as listed in
 * `docs/architecture.md`.
 */
import type { DialectFound } from '#shared/contract/live.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import { type Dialect, dialects, soketifyHosts } from '#shared/protocol/dialects.ts';
import type { ProtocolMessage } from './protocol-messages.ts';
import { webSocketEndpoint } from './web-socket-endpoint.ts';

type Weights = Partial<Record<Dialect, number>>;

interface Seen {
  readonly text: string;
  readonly weights: Weights;
}

/** One thing that decides alone. */
const decisive = 5;
const enough = 2;

/** An answer of the HTTP API, or to an upgrade. */
export interface ObservedAnswer {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Undefined: it was an upgrade. */
  readonly body?: string | undefined;
}

export class DialectEvidence {
  /** By what kind of thing was seen: the same again tells nothing new, so this can't grow. */
  readonly #seen = new Map<string, Seen>();
  readonly #onChanged: () => void;

  constructor(onChanged: () => void) {
    this.#onChanged = onChanged;
  }

  /** What was seen is of another server. */
  forget(): void {
    this.#seen.clear();
  }

  found(profile: Profile): DialectFound {
    const evidence = [...placeEvidence(profile), ...this.#seen.values()];
    const detected = strongest(evidence.map(({ weights }) => weights));
    // “Other server” is what says nothing.
    const isSetByHand = profile.dialect !== 'other';
    return {
      detected,
      evidence: evidence.map(({ text }) => text),
      isSetByHand,
      used: isSetByHand ? profile.dialect : (detected ?? 'other'),
    };
  }

  observeMessage(message: ProtocolMessage): void {
    switch (message.kind) {
      case 'welcome':
        this.#observeWelcome(message.activityTimeoutSeconds);
        return;
      case 'error':
        this.#observeError(message);
        return;
      case 'subscription-error':
        this.#add(
          'subscription-error',
          'A refused subscription was answered with pusher:subscription_error on the wire, as soketi does; Pusher and Laravel Reverb never send that.',
          { soketi: 2, pusher: -2, reverb: -2 },
        );
        return;
      case 'subscribed':
        if (message.isWithoutData) {
          this.#add(
            'bare-subscription',
            'A subscription was confirmed by a message without data, as soketi writes it; Pusher sends an empty object.',
            { soketi: 1, pusher: -1 },
          );
        }
        return;
    }
  }

  observeAnswer({ headers, body }: ObservedAnswer): void {
    if (/^laravel reverb$/i.test(headers['x-powered-by'] ?? '')) {
      this.#add('powered-by', 'An answer carries “X-Powered-By: Laravel Reverb”.', { reverb: decisive });
    }
    if (headers.uwebsockets !== undefined) {
      this.#add('uwebsockets', 'Its answers carry the mark of uWebSockets, which soketi is built on.', {
        soketi: 1,
        reverb: -2,
      });
    }
    if (body === '{"ok":true}') {
      this.#add('ok-true', 'The HTTP API answered {"ok":true}, as soketi does; Pusher answers {}.', {
        soketi: 2,
        pusher: -2,
        reverb: -2,
      });
    } else if (body === '{"batch":{}}') {
      this.#add('batch-object', 'The HTTP API answered a batch with {"batch":{}}, as Laravel Reverb does.', {
        reverb: 2,
      });
    }
  }

  /** A sign-in was answered with error 4200. */
  observeSignInUnknown(): void {
    this.#add(
      'no-sign-in',
      'A sign-in was answered with error 4200: Laravel Reverb does not implement sign-in and answers that.',
      { reverb: 2, pusher: -1 },
    );
  }

  #observeWelcome(seconds: number): void {
    if (seconds === 30) {
      this.#add(
        'timeout',
        'activity_timeout is 30 s: soketi and Laravel Reverb send that; others say 120 s.',
        {
          soketi: 1,
          reverb: 1,
          pusher: -1,
        },
      );
    } else {
      const usual = seconds === 120 ? ', the usual value' : '';
      this.#add(
        'timeout',
        `activity_timeout is ${seconds} s${usual}: soketi and Laravel Reverb say 30 s by default.`,
        { soketi: -1, reverb: -1 },
      );
    }
  }

  #observeError({ serverText, isTextData }: Extract<ProtocolMessage, { kind: 'error' }>): void {
    if (isTextData) {
      this.#add('error-data', 'pusher:error has its data as JSON text, as Laravel Reverb writes it.', {
        reverb: 1,
        soketi: -1,
        pusher: -1,
      });
    } else {
      this.#add('error-data', 'pusher:error has its data as an object; Laravel Reverb writes JSON text.', {
        reverb: -2,
      });
    }
    if (/Did you forget to specify the cluster/.test(serverText)) {
      this.#add('error-words', 'An error asks whether the cluster was forgotten: those are Pusher’s words.', {
        pusher: 3,
      });
    } else if (/^App key .* does not exist\.$/s.test(serverText)) {
      this.#add('error-words', 'An unknown app was refused in the words that soketi uses.', { soketi: 2 });
    } else if (/^Application does not exist$/.test(serverText) || serverText === 'Invalid message format') {
      this.#add('error-words', 'An error has the words that Laravel Reverb uses.', { reverb: 2 });
    }
  }

  #add(key: string, text: string, weights: Weights): void {
    if (this.#seen.get(key)?.text === text) return;
    this.#seen.set(key, { text, weights });
    this.#onChanged();
  }
}

function placeEvidence({ location }: Profile): Seen[] {
  const { host } = webSocketEndpoint(location);
  if (/(?:^|\.)pusher\.com$/i.test(host)) {
    return [{ text: 'The address is one of Pusher’s own.', weights: { pusher: decisive } }];
  }
  if (host.toLowerCase() === soketifyHosts.webSocket) {
    return [{ text: 'The address is Soketify’s own.', weights: { soketify: decisive } }];
  }
  return [];
}

function strongest(all: readonly Weights[]): Dialect | null {
  const scores = dialects
    .map((dialect) => ({
      dialect,
      score: all.reduce((sum, weights) => sum + (weights[dialect] ?? 0), 0),
    }))
    .sort((one, another) => another.score - one.score);
  const [first, second] = scores;
  if (!first || first.score < enough || (second && second.score >= first.score)) return null;
  return first.dialect;
}
