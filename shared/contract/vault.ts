/** The vault: its state, and secrets on their way in. Of all the calls, `revealSecret` alone gives one back. */
import * as z from 'zod';
import { call, event, nothing } from './define.ts';
import { revealedSecret } from './exits.ts';
import { enteredPassphrase, enteredSecret } from './inputs.ts';
import * as s from './strings.ts';

/**
 * - `keychain`: the operating system's.
 * - `file`: in the data folder, sealed with a passphrase.
 * - `session`: the vault process's memory, and nowhere else.
 */
export const storeKinds = ['keychain', 'file', 'session'] as const;
export type StoreKind = (typeof storeKinds)[number];

/**
 * - `choose`: no store has been chosen, and the keychain can't be used; `reason` says why.
 * - `locked`: no vault process runs, or the keychain itself is locked (`reason` says which).
 * - `opening`: the vault process starts and reads the store.
 * - `waiting`: a keychain call has been unanswered for 5 s; it can be cancelled.
 * - `unavailable`: the chosen store can't be reached; `reason` and `hint` say what to do.
 */
export const vaultStates = ['choose', 'locked', 'opening', 'unlocked', 'waiting', 'unavailable'] as const;
export type VaultState = (typeof vaultStates)[number];

export const vaultStatus = z.strictObject({
  state: z.enum(vaultStates),
  store: z.enum(storeKinds).nullable(),
  reason: s.prose.nullable(),
  hint: s.prose.nullable(),
  /** There is a vault file: choosing `file` opens it with its passphrase, where it otherwise makes one. */
  hasVaultFile: z.boolean(),
  /** What is in the keychain is sealed with a passphrase, which opening it wants. */
  isKeychainSealed: z.boolean(),
});
export type VaultStatus = z.infer<typeof vaultStatus>;

/** The secrets of an app that speaks the Pusher Channels protocol. Other kinds have others: `electron/providers`. */
export const appSecretKinds = ['secret', 'masterKey'] as const;
export type AppSecretKind = (typeof appSecretKinds)[number];
/**
 * Values of one field side by side. Of `current`, `next` and `previous` there is one at most; all of them decrypt.
 * - `current`: the default, which signs and encrypts.
 * - `extra`: as valid as that; used where it is picked.
 * - `next`: waits to be the current one.
 * - `previous`: on its way out, and still valid somewhere.
 * - `revoked`: valid nowhere any more. Opens what was recorded.
 */
export const slots = ['current', 'extra', 'next', 'previous', 'revoked'] as const;
export type Slot = (typeof slots)[number];

/** The public summary of a secret. */
export const credential = z.strictObject({
  credentialId: s.credentialId,
  profileId: s.profileId,
  /** The field that it fills: `secret`, `masterKey`, or another provider's. */
  kind: s.fieldId,
  slot: z.enum(slots),
  /** What the user calls it: mobile, server, web. */
  label: s.label.nullable(),
  /** The app key that a `secret` belongs to. Null for all others. */
  key: s.appKey.nullable(),
  fingerprint: s.fingerprint,
  lastFour: s.lastFour.nullable(),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
  /** When it last signed or encrypted; a crash loses some minutes of it. Null: not in Latchkey, not yet. */
  lastUsedAt: z.number().nullable(),
});
export type Credential = z.infer<typeof credential>;

/** Where secrets can be moved to. A session forgets, so nothing that is kept is moved there. */
export const moveTargets = ['keychain', 'file'] as const;
export type MoveTarget = (typeof moveTargets)[number];

/** A move that is under way: every secret is copied and read back before one place takes over from the other. */
export const vaultMove = z.strictObject({
  from: z.enum(storeKinds),
  to: z.enum(moveTargets),
  /** Secrets that are in both places by now. */
  done: z.number().int(),
  total: z.number().int(),
});
export type VaultMove = z.infer<typeof vaultMove>;
/** Null: none is under way. */
export const vaultMoveState = z.strictObject({ move: vaultMove.nullable() });

/** Of every call that needs the vault open, and may need the keychain. */
export const vaultFailures = [
  'vault_locked',
  'vault_waiting',
  'keychain_locked',
  'keychain_unavailable',
  'cancelled',
] as const;

/** Nothing is left where the secrets were; else the next start removes it. */
const moveEnd = z.strictObject({ isCleared: z.boolean() });

const passphraseErrors = [
  ...vaultFailures,
  'no_credential',
  'wrong_passphrase',
  'conflict',
  'storage_failed',
  'refused',
] as const;

/** Of those that change what is kept: `conflict` while everything is being moved. */
const changeErrors = [...vaultFailures, 'not_found', 'conflict'] as const;

const exitErrors = [...vaultFailures, 'not_found', 'no_credential', 'storage_failed', 'refused'] as const;

/**
 * - `cleared`: it was still on the clipboard, and is not any more.
 * - `replaced`: something else was there by then, and was left alone.
 * - `left`: the clipboard could not be cleared.
 */
export const copyEnds = ['cleared', 'replaced', 'left'] as const;
export type CopyEnd = (typeof copyEnds)[number];

export const vault = {
  status: call({ input: nothing, output: vaultStatus }),
  /** A vault file wants its passphrase, and so does a sealed keychain; no other store takes one. */
  unlock: call({
    input: z.strictObject({ passphrase: enteredPassphrase.optional() }),
    output: vaultStatus,
    errors: [
      'keychain_locked',
      'keychain_unavailable',
      'cancelled',
      'vault_locked',
      'passphrase_required',
      'wrong_passphrase',
      'storage_failed',
    ],
  }),
  /**
   * Has a vault process ready that takes a passphrase on a channel, before the store is open. It ends after a minute
   * in which nothing was opened. Where the host has no channels, this is not needed.
   */
  expectPassphrase: call({ input: nothing, output: nothing }),
  /**
   * Of the vault file or the sealed keychain, which has to be open. A keychain's entries are sealed anew, each read back
   * before the former ones are removed: as `moveTo`. @throws `wrong_passphrase` of `from`, `invalid_input` of `to`
   */
  changePassphrase: call({
    input: z.strictObject({ from: enteredPassphrase, to: enteredPassphrase }),
    output: moveEnd,
    errors: passphraseErrors,
  }),
  /** Seals what is in the open keychain. As `moveTo`. @throws `conflict` when it is sealed, or is another store */
  setPassphrase: call({
    input: z.strictObject({ passphrase: enteredPassphrase }),
    output: moveEnd,
    errors: passphraseErrors,
  }),
  /** The other way round, for one who knows it. */
  removePassphrase: call({
    input: z.strictObject({ passphrase: enteredPassphrase }),
    output: moveEnd,
    errors: passphraseErrors,
  }),
  /** Ends the vault process. The session-only store forgets everything, so it wants `forget: true`. */
  lock: call({
    input: z.strictObject({ forget: z.boolean().optional() }),
    output: vaultStatus,
    errors: ['confirmation_required'],
  }),
  /** The user is there: puts off the lock that comes by itself. The page says so of input, at most every ten seconds. */
  touch: call({ input: nothing, output: nothing }),
  /** Gives up on a keychain that does not answer. What was asked of it fails as `cancelled`. A session stays open. */
  cancelWaiting: call({ input: nothing, output: vaultStatus }),
  /**
   * `startOver: true` is for a keychain that was reset: when it opens, and still does not show what was put in, its
   * secrets are forgotten. Without it such a keychain stays `locked`. For a vault file whose passphrase is lost: the
   * file is set aside under another name, its secrets are forgotten, and a new one is made. For a sealed keychain whose
   * passphrase is lost: what is sealed stays there, unused and forgotten, and the keychain is begun anew without one.
   */
  chooseStore: call({
    input: z.strictObject({
      store: z.enum(storeKinds),
      startOver: z.boolean().optional(),
      /** For `file`, and for a keychain that is sealed. */
      passphrase: enteredPassphrase.optional(),
    }),
    output: vaultStatus,
    errors: [
      'keychain_locked',
      'keychain_unavailable',
      'cancelled',
      'vault_locked',
      'conflict',
      'passphrase_required',
      'wrong_passphrase',
      'storage_failed',
      'refused',
    ],
  }),
  /**
   * Moves every secret from the open store to another one, and has that one chosen: each is copied and read back there
   * first, and removed here only when all are there. A failure, `cancelMove` and a lock before that leave everything
   * where it is. Answers when it is over; `isCleared` is false when the place before could not be emptied yet, which
   * the next start does.
   */
  moveTo: call({
    input: z.strictObject({
      store: z.enum(moveTargets),
      /** For `file`: of the one that is there, or of the one that is made. For a keychain that is sealed. */
      passphrase: enteredPassphrase.optional(),
    }),
    output: z.strictObject({ status: vaultStatus, isCleared: z.boolean() }),
    errors: [
      ...vaultFailures,
      'conflict',
      'no_credential',
      'passphrase_required',
      'wrong_passphrase',
      'storage_failed',
      'refused',
    ],
  }),
  /** Ends a move that has not switched yet; one that has goes on. The move's own call fails as `cancelled`. */
  cancelMove: call({ input: nothing, output: nothing }),
  move: call({ input: nothing, output: vaultMoveState }),
  /**
   * Write-only. Replaces what is in the slot. `key` is the app key that a `secret` belongs to. The value is what was
   * sent on the channel `portId` (in Electron, past the main process), or `value` (on the web host): exactly one, and
   * the host takes no other than its own.
   */
  enterSecret: call({
    input: z
      .strictObject({
        profileId: s.profileId,
        kind: s.fieldId,
        slot: z.enum(slots),
        label: s.label.optional(),
        key: s.appKey.optional(),
        value: enteredSecret.optional(),
        portId: s.portId.optional(),
      })
      .refine(({ value, portId }) => (value === undefined) !== (portId === undefined)),
    output: credential,
    errors: [...changeErrors, 'refused'],
  }),
  /** Gives it a name, or takes that away (null). */
  labelSecret: call({
    input: z.strictObject({ credentialId: s.credentialId, label: s.label.nullable() }),
    output: credential,
    errors: ['not_found', 'storage_failed'],
  }),
  /**
   * Changes what it is used for. What was `current` becomes `extra` when another takes its place, and a pair that
   * becomes `current` brings its key along: the app connects with that from then on. `next` and `previous` have to be
   * free. While a rotation of this kind is under way, the places that it works on are its own.
   */
  moveSecret: call({
    input: z.strictObject({ credentialId: s.credentialId, slot: z.enum(slots) }),
    output: credential,
    errors: ['not_found', 'conflict', 'storage_failed'],
  }),
  /** Makes 32 random bytes in the vault process and keeps them there. */
  generateMasterKey: call({
    input: z.strictObject({ profileId: s.profileId, slot: z.enum(slots), label: s.label.optional() }),
    output: credential,
    errors: changeErrors,
  }),
  removeSecret: call({
    input: z.strictObject({ credentialId: s.credentialId }),
    output: nothing,
    errors: changeErrors,
  }),
  /**
   * One secret, once, for the user who has just been asked (`confirmed`): to be shown for some seconds, or, where the
   * host has no clipboard of its own, to be copied by the page. It is in the audit log before it leaves; what can't be
   * written there does not leave. In Electron it goes to the page on the channel `portId`, and `value` is null.
   */
  revealSecret: call({
    input: z.strictObject({
      credentialId: s.credentialId,
      confirmed: z.literal(true),
      purpose: z.enum(['show', 'copy']),
      portId: s.portId.optional(),
    }),
    output: z.strictObject({ value: revealedSecret.nullable() }),
    errors: exitErrors,
  }),
  /**
   * From the vault to the system's clipboard, cleared after some seconds, on lock and on quit, if it is still there.
   * In the audit log as above. Electron only: elsewhere `refused`.
   */
  copySecret: call({
    input: z.strictObject({ credentialId: s.credentialId }),
    output: z.strictObject({ clearedAfterMs: z.number().int() }),
    errors: exitErrors,
  }),
  credentials: call({
    input: z.strictObject({ profileId: s.profileId }),
    output: z.strictObject({ credentials: z.array(credential) }),
  }),
  changed: event(vaultStatus),
  moveChanged: event(vaultMoveState),
  credentialsChanged: event(z.strictObject({ profileId: s.profileId })),
  /** When they were last used is told anew. What they open and sign is what it was. */
  credentialsUsed: event(z.strictObject({ profileId: s.profileId })),
  /** What became of a secret that `copySecret` had put on the clipboard. */
  copyEnded: event(z.strictObject({ how: z.enum(copyEnds) })),
};
