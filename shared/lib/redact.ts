/** Makes text safe for a log: whatever could be a key, a signature or a token is cut out. */

/** Runs that are long enough to be a secret: in hex, base64 or base64url, or a password with punctuation in it. */
const suspicious = /[A-Za-z0-9+/=_!#$%&*@^~.?|-]{12,}/g;

/** Not a run's own in hex or base64: what sentences, host names and addresses have between their words and numbers. */
const punctuation = /[!#$%&*@^~.?|]+/;

/** A word or a short number. Only small letters after the first: others are as likely a key. */
const plain = /^(?:[A-Z]?[a-z]{0,18}|[A-Z]{1,11}|\d{1,5})$/;

export function redact(text: string): string {
  return text.replace(suspicious, (run) => (isProse(run) ? run : '[cut out]'));
}

function isProse(run: string): boolean {
  return run
    .replace(/^\/+/, '')
    .split(punctuation)
    .every((piece) => plain.test(piece));
}

/** An error for a log: its text redacted, and where it was thrown. Stack lines hold code, not data. */
export function redactError(error: unknown): string {
  if (!(error instanceof Error)) return redact(String(error));
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12);
  const cause = error.cause === undefined ? [] : [`caused by ${redactError(error.cause)}`];
  return [`${error.name}: ${redact(error.message)}`, ...frames, ...cause].join('\n');
}
