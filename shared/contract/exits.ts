/**
 * The one string of the contract that is a secret on its way out. It has no name among those that may leave, and the
 * contract's own test allows it in one field of one method: `vault.revealSecret`.
 */
import * as z from 'zod';

export const revealedSecret = z.string();
