/** What `vault-app-process.ts` does with secrets, and which are to be there afterwards. */
import { randomBytes } from 'node:crypto';
import { type AppSecretKind, appSecretKinds, type Slot } from '#shared/contract/vault.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface VaultWork {
  readonly folder: string;
  readonly profileId: string;
  readonly seed: number;
  /** Everything is moved to another store after each change, or sealed otherwise; this is the passphrase of each. */
  readonly passphrase?: string;
  /** Where there is a secret before it begins. */
  readonly places?: readonly SecretPlace[];
}

/** `id` is in the place of a credential that is not known yet. */
export type SecretChange =
  | { readonly kind: 'enter'; readonly place: SecretPlace; readonly value: string }
  | { readonly kind: 'remove'; readonly place: SecretPlace }
  | { readonly kind: 'promote'; readonly secretKind: AppSecretKind };

export interface SecretPlace {
  readonly kind: AppSecretKind;
  readonly slot: Slot;
}

export type VaultProgress =
  | { readonly state: 'vault process'; readonly pid: number }
  | { readonly state: 'about' | 'done'; readonly change: SecretChange }
  /** One more secret is in both places; `isLast`: they all are. */
  | { readonly state: 'moving'; readonly isLast: boolean };

/** Those that hold one secret. */
const rotated = ['current', 'next', 'previous'] as const;

/** Values by their place, as `kind slot`. */
export type Secrets = Readonly<Record<string, string>>;

export function placeName({ kind, slot }: { readonly kind: string; readonly slot: Slot }): string {
  return `${kind} ${slot}`;
}

export function secretsAfter(secrets: Secrets, change: SecretChange): Secrets {
  if (change.kind === 'enter') return { ...secrets, [placeName(change.place)]: change.value };
  if (change.kind === 'remove') return without(secrets, placeName(change.place));
  const [current, next, previous] = rotated.map((slot) => placeName({ kind: change.secretKind, slot }));
  const { [current ?? '']: old, [next ?? '']: promoted = '' } = secrets;
  const moved = { ...without(secrets, next ?? ''), [current ?? '']: promoted };
  return old === undefined ? moved : { ...moved, [previous ?? '']: old };
}

export function nextSecretChange(secrets: Secrets, random: SeededRandom): SecretChange {
  const place = { kind: random.pick(appSecretKinds), slot: random.pick(rotated) };
  const kind = random.pick(['enter', 'enter', 'remove', 'promote'] as const);
  if (kind === 'remove' && placeName(place) in secrets) return { kind, place };
  if (kind === 'promote' && placeName({ kind: place.kind, slot: 'next' }) in secrets)
    return { kind, secretKind: place.kind };
  const value =
    place.kind === 'secret' ? randomBytes(20).toString('hex') : randomBytes(32).toString('base64');
  return { kind: 'enter', place, value };
}

function without(secrets: Secrets, name: string): Secrets {
  const { [name]: _, ...rest } = secrets;
  return rest;
}
