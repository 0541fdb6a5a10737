/** The web host's token: read from the URL's fragment, taken out of the address bar, kept for this tab only. */

const storageKey = 'latchkey-token';

export interface TokenPlace {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string };
  readonly history: { replaceState(data: unknown, unused: string, url: string): void };
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem'>;
}

/** Undefined: this page was opened without a token. */
export function takeToken(place: TokenPlace): string | undefined {
  const given = new URLSearchParams(place.location.hash.slice(1)).get('token');
  if (given) {
    place.history.replaceState(null, '', place.location.pathname + place.location.search);
    place.sessionStorage.setItem(storageKey, given);
    return given;
  }
  return place.sessionStorage.getItem(storageKey) ?? undefined;
}
