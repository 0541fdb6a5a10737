/** What passes between the main process and a utility process of the stand-in's, both ways. */
export type UtilityMessage =
  /** `parentPort` and `UtilityProcess`; each port is given a number here. */
  | { readonly kind: 'message'; readonly data: unknown; readonly ports: readonly number[] }
  | { readonly kind: 'said'; readonly port: number; readonly data: unknown }
  | { readonly kind: 'closed'; readonly port: number };

/** What a preload script's world says to the main process, as JSON. */
export type PreloadMessage =
  | {
      readonly kind: 'message';
      readonly channel: string;
      readonly args: unknown;
      readonly ports: readonly number[];
    }
  | { readonly kind: 'said'; readonly port: number; readonly data: unknown }
  | { readonly kind: 'closed'; readonly port: number };
