/**
 * Webhook signatures: `X-Pusher-Signature` is the HMAC of the raw body, by the secret of the key in `X-Pusher-Key`.
 * Source: the Channels docs, "webhooks, security".
 */
import { isSameSignature, sign } from './hmac.ts';

export type WebhookProblem =
  | 'missing-key'
  | 'missing-signature'
  | 'unknown-key'
  | 'bad-signature'
  | 'body-not-json';
export type WebhookVerification =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: WebhookProblem };

/** @returns The value of `X-Pusher-Signature`. */
export function signWebhook(input: { readonly secret: string; readonly body: string }): string {
  return sign(input.secret, input.body);
}

/** Checks a webhook against one key pair. `unknown-key` means: signed with another pair. */
export function verifyWebhook(input: {
  readonly key: string;
  readonly secret: string;
  /** As it was received, before any parsing. */
  readonly body: string;
  readonly headerKey: string | undefined;
  readonly headerSignature: string | undefined;
}): WebhookVerification {
  if (!input.headerKey) return { ok: false, reason: 'missing-key' };
  if (!input.headerSignature) return { ok: false, reason: 'missing-signature' };
  if (!isSameSignature(input.key, input.headerKey)) return { ok: false, reason: 'unknown-key' };
  if (!isSameSignature(sign(input.secret, input.body), input.headerSignature)) {
    return { ok: false, reason: 'bad-signature' };
  }
  return isJson(input.body) ? { ok: true } : { ok: false, reason: 'body-not-json' };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
