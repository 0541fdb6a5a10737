/** The path of Electron’s binary, if it is here and of the right version. */
export function electronPath(): string | undefined;
/** Why Electron can’t be shown on this machine at all. */
export function whyNotShown(platform?: NodeJS.Platform, environment?: NodeJS.ProcessEnv): string | undefined;
