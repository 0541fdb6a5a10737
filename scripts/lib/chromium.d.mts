/** The path of the browser for tests: `LATCHKEY_CHROMIUM`, or the first one found. */
export declare function findChromium(): string | undefined;
/** The path of the first command that is on the PATH. */
export declare function findCommand(...names: string[]): string | undefined;
