/** What a test says about the machine that the stand-in pretends to run on, given when it is started. */
export interface StandInSettings {
  readonly isPackaged: boolean;
  readonly platform: NodeJS.Platform;
  readonly isDark: boolean;
  /** Chromium reaches this machine although the app has cut it off: for what its policy alone forbids. */
  readonly isNetworkOpen: boolean;
  /** The work area of each display. */
  readonly displays: readonly Rectangle[];
}

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Of the environment: the settings, as JSON. Children of the app do not see it. */
export const settingsVariable = 'LATCHKEY_STAND_IN_SETTINGS';

export const defaultSettings: StandInSettings = {
  isPackaged: false,
  platform: process.platform,
  isDark: false,
  isNetworkOpen: false,
  displays: [{ x: 0, y: 0, width: 1920, height: 1080 }],
};

function readSettings(): StandInSettings {
  const text = process.env[settingsVariable];
  delete process.env[settingsVariable];
  return { ...defaultSettings, ...(text ? (JSON.parse(text) as Partial<StandInSettings>) : {}) };
}

export const settings = readSettings();
