/** Where the user is. Kept for the tab, so that a reload comes back to the same place. */
import type { Disposer } from '#shared/lib/disposer.ts';
import { type Readable, Value } from './value.ts';

export const appTabs = ['inspector', 'channels', 'presence', 'publish', 'keys', 'connections'] as const;
export type AppTab = (typeof appTabs)[number];

export type Place =
  /** One app's tabs. Without a profile: the first app, or the first-start screen. */
  | { readonly screen: 'app'; readonly profileId: string | null; readonly tab: AppTab }
  /** One service: it has no tabs. */
  | { readonly screen: 'service'; readonly profileId: string }
  /** Adds an app or a service, or edits the one named. */
  | { readonly screen: 'profile-form'; readonly profileId: string | null }
  | { readonly screen: 'import' }
  /** Of one app or service. */
  | { readonly screen: 'exports'; readonly profileId: string }
  | { readonly screen: 'sweep' }
  | { readonly screen: 'sandbox' }
  | { readonly screen: 'vault' }
  | { readonly screen: 'audit' }
  | { readonly screen: 'settings' };

/** Those of which there is one, with nothing to say about them. */
const globalScreens = ['import', 'sandbox', 'vault', 'audit', 'sweep', 'settings'] as const;

const storageKey = 'latchkey-place';
const start = { screen: 'app', profileId: null, tab: 'inspector' } as const satisfies Place;

export class Navigation implements Readable<Place> {
  readonly #value: Value<Place>;
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;
  #lastApp: { readonly profileId: string | null; readonly tab: AppTab } = start;
  /** An app or a service. */
  #lastShown: Place = start;

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#storage = storage;
    this.#value = new Value(readPlace(storage.getItem(storageKey)));
    this.#remember(this.get());
  }

  readonly get = (): Place => this.#value.get();

  readonly subscribe = (listener: () => void): Disposer => this.#value.subscribe(listener);

  get lastApp(): { readonly profileId: string | null; readonly tab: AppTab } {
    return this.#lastApp;
  }

  go(next: Place): void {
    this.#remember(next);
    this.#value.set(next);
    this.#storage.setItem(storageKey, JSON.stringify(next));
  }

  /** Opens an app, on the tab that was open last unless one is named. */
  openApp(profileId: string, tab: AppTab = this.#lastApp.tab): void {
    this.go({ screen: 'app', profileId, tab });
  }

  openService(profileId: string): void {
    this.go({ screen: 'service', profileId });
  }

  /** From a global screen or a form, back to the app or the service that was open. */
  back(): void {
    this.go(this.#lastShown);
  }

  #remember(place: Place): void {
    if (place.screen === 'app') this.#lastApp = place;
    if (place.screen === 'app' || place.screen === 'service') this.#lastShown = place;
  }
}

/** Another version's place, or none: begin at the start. */
function readPlace(stored: string | null): Place {
  try {
    return parsePlace(JSON.parse(stored ?? 'null')) ?? start;
  } catch {
    return start;
  }
}

function parsePlace(value: unknown): Place | undefined {
  if (typeof value !== 'object' || value === null || !('screen' in value)) return undefined;
  const { screen } = value;
  const whole = globalScreens.find((each) => each === screen);
  if (whole) return { screen: whole };
  const given = 'profileId' in value ? value.profileId : null;
  const profileId = typeof given === 'string' ? given : null;
  if (screen === 'service' || screen === 'exports')
    return profileId === null ? undefined : { screen, profileId };
  if (screen === 'profile-form') return { screen, profileId };
  if (screen !== 'app') return undefined;
  const tab = appTabs.find((each) => 'tab' in value && each === value.tab);
  return { screen, profileId, tab: tab ?? 'inspector' };
}
