/** Makes text safe for a log: whatever could be a key, a signature or a token is cut out. */

/** Long enough to be a secret, in hex, in base64, or with any punctuation in it. */
const suspicious = /\S{12,}/g;

const letterOrDigit = /[\p{L}\p{N}]/u;

/** What hex and base64 don't have. */
const punctuation = /[^A-Za-z0-9+/=_-]+/;

/** A word or a short number. Only small letters after the first: others are as likely a key. */
const plain = /^(?:[A-Z]?[a-z]{0,18}|[A-Z]{1,11}|\d{1,5})$/;

export function redact(text: string): string {
  return text.replace(suspicious, (run) => {
    if (isProse(run)) return run;
    // What a sentence has around its words stays.
    const [from, to] = edges(run);
    return `${run.slice(0, from)}[cut out]${run.slice(to)}`;
  });
}

function isProse(run: string): boolean {
  return run.split(punctuation).every((piece) => plain.test(piece.slice(...edges(piece))));
}

/** Where the first letter or digit is, and the end of the last one. */
function edges(run: string): [from: number, to: number] {
  let [from, to] = [0, run.length];
  while (from < to && !letterOrDigit.test(run.charAt(from))) from++;
  while (to > from && !letterOrDigit.test(run.charAt(to - 1))) to--;
  return [from, to];
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
