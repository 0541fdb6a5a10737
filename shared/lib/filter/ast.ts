/** What a filter says, once it has been read. Plain data: it may cross threads. */

export type Comparison = '=' | '!=' | '>' | '<' | '>=' | '<=';

export const filterDirections = ['in', 'out', 'note'] as const;
export const filterKinds = ['client', 'event', 'protocol', 'note', 'undecodable'] as const;
export const filterKeys = ['next', 'current', 'previous'] as const;

export type TimePoint =
  /** Before the moment at which the filter is applied. */
  | { readonly form: 'ago'; readonly ms: number }
  /** Since midnight where Latchkey runs, the last time that it was this time. */
  | { readonly form: 'timeOfDay'; readonly ms: number }
  | { readonly form: 'date'; readonly atMs: number };

export type PathStep =
  | { readonly type: 'member'; readonly name: string }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'all' };

export type PathTest =
  | { readonly operator: 'exists' }
  /** Text that is in the value, whatever its case. */
  | { readonly operator: '~'; readonly text: string }
  | {
      readonly operator: Comparison;
      readonly text: string;
      /** In quotes: a string, even when it looks like a number. */
      readonly isQuoted: boolean;
    };

export type FilterNode =
  | { readonly type: 'and'; readonly nodes: readonly FilterNode[] }
  | { readonly type: 'or'; readonly nodes: readonly FilterNode[] }
  | { readonly type: 'not'; readonly node: FilterNode }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'regex'; readonly source: string; readonly flags: string }
  | { readonly type: 'channel' | 'event' | 'user'; readonly pattern: string }
  | { readonly type: 'direction'; readonly direction: (typeof filterDirections)[number] }
  | { readonly type: 'kind'; readonly kind: (typeof filterKinds)[number] }
  | { readonly type: 'connection'; readonly connection: number }
  /** Bytes, both ends included. */
  | { readonly type: 'size'; readonly least: number; readonly most: number }
  | { readonly type: 'after' | 'before'; readonly time: TimePoint }
  | { readonly type: 'key'; readonly slot: (typeof filterKeys)[number] }
  | { readonly type: 'encrypted' }
  | { readonly type: 'undecrypted' }
  | { readonly type: 'path'; readonly steps: readonly PathStep[]; readonly test: PathTest };

/** Where in the text, in UTF-16 units; the end is not included. */
export interface FilterRemark {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  /** What is still missing may come anywhere behind it. */
  readonly isOpen?: boolean;
}

export type ParsedFilter =
  | {
      readonly isValid: true;
      /** Undefined: text that filters nothing. */
      readonly node: FilterNode | undefined;
      /** What may have been meant otherwise. */
      readonly hints: readonly FilterRemark[];
    }
  | { readonly isValid: false; readonly problem: FilterRemark };
