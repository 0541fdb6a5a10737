/** Parsing what comes from outside: from a page, or from a server. */
import type * as z from 'zod';

export type Parsed<T> =
  | { readonly success: true; readonly data: T }
  /** `issue`: the first thing that is wrong. Undefined: the value could not even be looked at. */
  | { readonly success: false; readonly issue: z.core.$ZodIssue | undefined };

/**
 * As zod's `safeParse`, and safe for any value. zod compares the length of what should be a string before it gives up
 * on it, and throws when that can't be compared: `{ length: { valueOf: null, toString: null } }`.
 */
export function parseUnknown<S extends z.ZodType>(schema: S, value: unknown): Parsed<z.output<S>> {
  try {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed : { success: false, issue: parsed.error.issues[0] };
  } catch {
    return { success: false, issue: undefined };
  }
}
