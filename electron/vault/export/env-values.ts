/**
 * One value in a `.env` file, written so that as many loaders as possible read the same from it. They disagree about
 * quotes, backslashes, `$` and `#`; what each makes of each form was measured (tests/unit/vault/export/env-values.test.ts
 * asks those that are installed), except Go's and Docker's, which follow their documentation.
 *
 * Whatever the value, the line is safe to `source`: no form is used in which a shell would run a part of it.
 */

export const envLoaders = [
  'node',
  'vite',
  'phpdotenv',
  'ruby',
  'python',
  'go',
  'shell',
  'compose',
  'docker',
] as const;
/**
 * `node`: its `--env-file`, and the dotenv package. `vite`: those that expand references afterwards, Next.js too.
 * `docker`: `docker run --env-file`, which knows no quotes. `compose`: Docker Compose, which does.
 */
export type EnvLoader = (typeof envLoaders)[number];

export interface EnvValue {
  readonly text: string;
  readonly readBy: readonly EnvLoader[];
}

interface Form {
  readonly write: (value: string) => string;
  readonly isSafe: (value: string) => boolean;
  readonly readBy: (value: string) => readonly EnvLoader[];
}

/** Means itself to every loader and every shell. `~`, `*` and the like do not. */
const bareCharacters = /^[A-Za-z0-9_./:@%+,=^-]*$/;

const has = (value: string, characters: RegExp) => characters.test(value);

const forms: readonly Form[] = [
  {
    write: (value) => value,
    isSafe: (value) => bareCharacters.test(value),
    readBy: () => envLoaders,
  },
  {
    write: (value) => `'${value}'`,
    isSafe: (value) => !value.includes("'"),
    readBy: (value) =>
      loadersExcept('docker', {
        // Vite and Next.js look for references in single quotes too.
        vite: has(value, /\$/),
        // It takes `="` anywhere for the start of a value over several lines.
        phpdotenv: has(value, /="/),
        // These read `\\` in single quotes as one backslash, and python-dotenv `${x}` as a reference.
        python: has(value, /\\|\$\{/),
        go: has(value, /\\/),
        compose: has(value, /\\/),
      }),
  },
  {
    write: (value) => `"${value}"`,
    isSafe: (value) => !has(value, /["\\$`!]/),
    readBy: () => loadersExcept('docker', {}),
  },
  {
    write: (value) => `"${value.replace(/["\\$`]/g, '\\$&')}"`,
    isSafe: (value) => !value.includes('!'),
    readBy: (value) =>
      loadersExcept('docker', {
        node: has(value, /["\\$`]/),
        vite: has(value, /["\\`]/),
        phpdotenv: has(value, /`/),
        // `$(` keeps its backslash, and `\\n` becomes a line break, whatever is before it.
        ruby: has(value, /\$\(|\\[nr]/),
        go: has(value, /\$\(|\\[nr]/),
        python: has(value, /[$`]/),
        compose: has(value, /[$`]/),
      }),
  },
];

/** @returns Undefined if there is no form that the loader reads and a shell is safe with. */
export function writeEnvValue(value: string, loader: EnvLoader): EnvValue | undefined {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) return undefined;
  const possible = forms
    .filter((form) => form.isSafe(value))
    .map((form) => ({ text: form.write(value), readBy: form.readBy(value) }))
    .filter(({ readBy }) => readBy.includes(loader));
  return possible.reduce<EnvValue | undefined>(
    (best, form) => (best === undefined || form.readBy.length > best.readBy.length ? form : best),
    undefined,
  );
}

function loadersExcept(
  always: EnvLoader,
  failing: Partial<Record<EnvLoader, boolean>>,
): readonly EnvLoader[] {
  return envLoaders.filter((loader) => loader !== always && failing[loader] !== true);
}
