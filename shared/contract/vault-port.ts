/**
 * What is said on a channel between the page and the vault process, past the main process. The page makes one for each
 * secret that is entered or shown, and says nothing on it before the vault process has: what is sent earlier can wait
 * in the main process’s memory.
 */
import * as z from 'zod';
import { revealedSecret } from './exits.ts';
import { enteredSecret, importedText } from './inputs.ts';
import { portId } from './strings.ts';
import { failure } from './wire.ts';

/**
 * From the page: a secret being entered, or a text to be imported. A call of the contract says by `portId` what it is
 * and where it goes.
 */
export const messageToVault = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('enter'), value: enteredSecret }),
  z.strictObject({ type: z.literal('import'), value: importedText }),
]);
export type MessageToVault = z.infer<typeof messageToVault>;

/** From the vault process; `refused` also from main, when it can't pass the channel on. */
export const messageFromVault = z.discriminatedUnion('type', [
  /** First of all. By this id a call of the contract means this channel. */
  z.strictObject({ type: z.literal('ready'), portId }),
  /** The vault process holds what was entered, and waits a minute for the call. */
  z.strictObject({ type: z.literal('held') }),
  /** The secret that a call wanted to be shown. Then the vault process closes the channel, as below. */
  z.strictObject({ type: z.literal('secret'), value: revealedSecret }),
  z.strictObject({ type: z.literal('refused'), error: failure }),
]);
export type MessageFromVault = z.infer<typeof messageFromVault>;
