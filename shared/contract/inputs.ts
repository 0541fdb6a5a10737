/**
 * Strings that only ever come in. They are never part of an output or an event: `strings.ts` does not name them,
 * and the contract's own test fails if one is found there.
 */
import * as z from 'zod';
import { portId } from './strings.ts';

/** A secret being entered. Its form is checked where its kind is known, in the vault process. */
export const enteredSecret = z.string().min(1).max(2400);

/** What was pasted to be imported: a dashboard's block, or a whole `.env`. May hold secrets, as an entered one is. */
export const importedText = z.string().min(1).max(200_000);

/**
 * A passphrase, by the way that the host has for secrets: sent on a channel to the vault process, or in the call. The
 * host takes no other than its own.
 */
export const enteredPassphrase = z.union([
  z.strictObject({ value: enteredSecret }),
  z.strictObject({ portId }),
]);

/** A channel name to subscribe or publish to; the protocol's rules are checked by the handler, which can explain. */
export const enteredChannelName = z.string().max(1000);
export const enteredEventName = z.string().max(1000);

/** A path on the main side’s machine. Whether it may be used is main’s to say: `electron/files`. */
export const enteredPath = z.string().min(1).max(4096);
/** Of a member of a JSON object. */
export const enteredMemberName = z.string().min(1).max(200);

/** A name that a dialog begins with. No path. */
export const suggestedFileName = z.string().regex(/^\.?\w[\w .-]{0,98}$/);

/** What the user typed to confirm something dangerous: the name of the app. */
export const confirmation = z.string().max(200);
