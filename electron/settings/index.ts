/** The user's choices about the app itself. */
import { defaultSettings, type SettingsValues, settingsValues } from '#shared/contract/settings.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import type { Preferences } from '../storage/index.ts';

const name = 'settings';

export class Settings {
  readonly #preferences: Preferences;
  readonly #onChanged: (values: SettingsValues) => void;

  constructor(preferences: Preferences, onChanged: (values: SettingsValues) => void) {
    this.#preferences = preferences;
    this.#onChanged = onChanged;
  }

  get(): SettingsValues {
    const stored = this.#preferences.read(name);
    const merged = parseUnknown(settingsValues, { ...defaultSettings, ...(isRecord(stored) ? stored : {}) });
    return merged.success ? merged.data : defaultSettings;
  }

  update(changes: { readonly [K in keyof SettingsValues]?: SettingsValues[K] | undefined }): SettingsValues {
    // A structured clone keeps a property that is undefined: it changes nothing.
    const given = Object.entries(changes).filter(([, value]) => value !== undefined);
    const values = settingsValues.parse({ ...this.get(), ...Object.fromEntries(given) });
    this.#preferences.write(name, values);
    this.#onChanged(values);
    return values;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
