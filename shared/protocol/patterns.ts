/** Patterns over channel names: `*` stands for any characters, none among them. Latchkey's own; servers know none. */
import { isPresence } from './channels.ts';

export const patternLengthLimit = 200;

/** What is wrong with a pattern, or undefined. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern === '') return 'Enter a pattern.';
  if (pattern.length > patternLengthLimit) {
    return `The pattern has ${pattern.length} characters; at most ${patternLengthLimit} are taken.`;
  }
  if (!/^[A-Za-z0-9_\-=@,.;*]+$/.test(pattern)) {
    return 'A pattern is made of the characters of channel names, and * for any others.';
  }
  if (!pattern.includes('*'))
    return 'Put a * where names differ, or subscribe to the one channel by its name.';
  return undefined;
}

/**
 * Presence channels are joined by patterns that begin with `presence-` only: a member is seen by the others, so that
 * `*` must not join every room. Takes time in proportion to the name for each part of the pattern.
 */
export function matchesPattern(pattern: string, channel: string): boolean {
  if (isPresence(channel) && !isPresence(pattern)) return false;
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return channel === pattern;
  if (!channel.startsWith(first) || !channel.endsWith(last)) return false;
  let from = first.length;
  const end = channel.length - last.length;
  for (const part of rest) {
    const at = channel.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return from <= end;
}
