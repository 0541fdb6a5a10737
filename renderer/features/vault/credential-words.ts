/** What the values of one field are called, and what can be made of each. Pure. */
import type { Credential, Slot } from '#shared/contract/vault.ts';

type Told = Pick<Credential, 'kind' | 'slot' | 'label' | 'key' | 'fingerprint'>;

/** A pair, or another secret, retires; a master key becomes the previous one, which still opens what it closed. */
export function slotWord(kind: string, slot: Slot): string {
  const words: Readonly<Record<Slot, string>> = {
    current: 'current',
    extra: 'active',
    next: 'next',
    previous: kind === 'masterKey' ? 'previous' : 'retiring',
    revoked: 'revoked',
  };
  return words[slot];
}

/** What being the current one means. Undefined: Latchkey does nothing with it by itself. */
export function defaultWords(kind: string): string | undefined {
  if (kind === 'secret') return 'signs by default';
  return kind === 'masterKey' ? 'encrypts by default' : undefined;
}

const slotOrder: Readonly<Record<Slot, number>> = { current: 0, extra: 1, next: 2, previous: 3, revoked: 4 };

/** The default first, what is of no use any more last; else the oldest first. */
export function sortCredentials(credentials: readonly Credential[]): readonly Credential[] {
  return credentials.toSorted(
    (one, other) => slotOrder[one.slot] - slotOrder[other.slot] || one.createdAt - other.createdAt,
  );
}

/**
 * “current app secret”, “active app secret “web””: as a button names it. Where others may be in the same slot, one
 * without a label is told by its key or its fingerprint.
 */
export function credentialName(credential: Told, kindName: string): string {
  const { kind, slot, label, key, fingerprint } = credential;
  const name = `${slotWord(kind, slot)} ${lowerFirst(kindName)}`;
  if (label !== null) return `${name} “${label}”`;
  if (slot !== 'extra' && slot !== 'revoked') return name;
  return key === null ? `${name} ${fingerprint.slice(0, 4)}` : `${name} of the key ${key}`;
}

/** At the start of a word, not of an abbreviation: “App key”, but “OAuth client id”. */
export function lowerFirst(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.slice(0, 1).toLowerCase() + text.slice(1) : text;
}

export interface Move {
  readonly slot: Slot;
  /** On a button: “Mark as next”. */
  readonly label: string;
  /** As a command: “Mark the active app secret “web” as next”. */
  title(name: string): string;
}

/** What else it can be marked as, most wanted first. */
export function movesOf({ kind, slot }: Pick<Credential, 'kind' | 'slot'>): readonly Move[] {
  const isUsed = defaultWords(kind) !== undefined;
  const moves = [
    move('current', isUsed ? ['Use', 'by default'] : ['Mark', 'as current'], ['extra', 'next', 'previous']),
    move('extra', ['Mark', 'as active'], ['next', 'previous', 'revoked']),
    move('next', ['Mark', 'as next'], ['extra']),
    move('previous', kind === 'masterKey' ? ['Mark', 'as previous'] : ['Retire'], [
      'current',
      'extra',
      'next',
    ]),
    move('revoked', ['Mark', 'as revoked'], ['current', 'extra', 'next', 'previous']),
  ];
  return moves.filter(({ from }) => from.includes(slot));
}

function move(
  slot: Slot,
  [verb, ...rest]: readonly [string, ...string[]],
  from: readonly Slot[],
): Move & { readonly from: readonly Slot[] } {
  return {
    slot,
    from,
    label: [verb, ...rest].join(' '),
    title: (name) => [verb, 'the', name, ...rest].join(' '),
  };
}
