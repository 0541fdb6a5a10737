/** What `app-process.ts` tells. */
type Fields = Readonly<Record<string, unknown>>;

export type AppProgress =
  | { readonly state: 'started'; readonly pid: number }
  /** Lines of the log that a view showed, which are durable. */
  | { readonly state: 'shown'; readonly profileId: string; readonly lines: number }
  | AppCall;

/** `about` to be made, or answered. */
export type AppCall =
  | { readonly state: 'about'; readonly method: string; readonly input: Fields }
  | { readonly state: 'done'; readonly method: string; readonly input: Fields; readonly output: Fields };
