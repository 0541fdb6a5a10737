/** Makes text safe for a log: whatever could be a key, a signature or a token is cut out. */

/** Runs that are long and dense enough to be a secret in hex, base64 or base64url. */
const suspicious = /[A-Za-z0-9+/=_-]{12,}/g;

/** Words stay: a run without digits, with small letters only after its first, is prose or a name. */
const word = /^[A-Z]?[a-z]+$/;

export function redact(text: string): string {
  return text.replace(suspicious, (run) => (word.test(run) ? run : '[cut out]'));
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
