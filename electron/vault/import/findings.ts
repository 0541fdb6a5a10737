/** What the readers of variables and of settings hand on: values with a meaning, before they are made into apps. */
import type { Source } from './model.ts';
import type { Brand, ServerHint } from './names.ts';

/** One value that is part of an app. */
export interface Finding {
  /** The same for all that belongs to one app. */
  readonly group: string;
  readonly brand: Brand | undefined;
  /** What tells the app from others in the file, such as `MOBILE` or `production`. */
  readonly label: string;
  readonly phrase: string;
  readonly value: FoundValue;
  readonly from: Source;
  /** Why everyone gets to see it, such as `Vite`. */
  readonly publishedBy: string | undefined;
  /** The settings say that this is a server of this kind. */
  readonly hint?: ServerHint | undefined;
  /** The section that a variable stands in. */
  readonly section?: string | undefined;
}

export type FoundNote = 'comment-sign' | 'unclosed-quote' | 'backslash' | 'dollar-sign' | 'default-used';

export type FoundValue =
  | { readonly state: 'value'; readonly text: string; readonly notes: readonly FoundNote[] }
  | { readonly state: 'elsewhere'; readonly variable: string }
  | { readonly state: 'command' | 'cycle' | 'too-long' };

export interface Findings {
  readonly findings: readonly Finding[];
  readonly unrecognised: number;
}

/** `publishedBy` of a secret in a client's configuration. */
export const browserCode = 'the browser’s own code';
