/** A `.env` file for a framework, with the names that its documentation and the snippets beside it use. */
import { type ExportTarget, exportTargets } from '#shared/contract/exports.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { type ImportFieldId, isSecretField } from '../import/model.ts';
import { readBrandedName } from '../import/names.ts';
import { type EnvLoader, envLoaders, writeEnvValue } from './env-values.ts';
import { type ExportApp, locationOf } from './model.ts';

export const envTargets = exportTargets;
export type EnvTarget = ExportTarget;

export interface EnvFile {
  readonly fileName: string;
  /** Holds secrets. */
  readonly text: string;
  /** Names of the variables, in order. */
  readonly variables: readonly string[];
  /** What the user should know of this file, without values. */
  readonly notes: readonly string[];
}

/** As a program gets it in its environment: nothing is quoted. */
export interface EnvVariable {
  readonly variable: string;
  /** Never empty. */
  readonly value: string;
}

interface Target {
  readonly label: string;
  readonly loader: EnvLoader;
  readonly servers: readonly Line[];
  /** Public fields again, under the prefix whose variables the tool gives to browsers. */
  readonly browsers: readonly Line[];
}

/** A variable, and the field or the words that it gets. */
type Line = readonly [
  variable: string,
  from: ImportFieldId | 'apiScheme' | 'socketScheme' | { readonly text: string },
];

/** pusher-js and the server libraries ask for a cluster even where a host makes it meaningless. */
const anyCluster = 'mt1';

const pusherServer: readonly Line[] = [
  ['PUSHER_APP_ID', 'appId'],
  ['PUSHER_APP_KEY', 'key'],
  ['PUSHER_APP_SECRET', 'secret'],
  ['PUSHER_APP_CLUSTER', 'cluster'],
  ['PUSHER_HOST', 'apiHost'],
  ['PUSHER_PORT', 'apiPort'],
  ['PUSHER_SCHEME', 'apiScheme'],
  ['PUSHER_ENCRYPTION_MASTER_KEY_BASE64', 'masterKey'],
];

function browserLines(prefix: string, brand: 'PUSHER' | 'REVERB'): readonly Line[] {
  return [
    [`${prefix}${brand}_APP_KEY`, 'key'],
    ...(brand === 'PUSHER' ? ([[`${prefix}PUSHER_APP_CLUSTER`, 'cluster']] as const) : []),
    [`${prefix}${brand}_HOST`, 'socketHost'],
    [`${prefix}${brand}_PORT`, 'socketPort'],
    [`${prefix}${brand}_SCHEME`, 'socketScheme'],
  ];
}

const pusherTarget = (label: string, loader: EnvLoader, prefix?: string): Target => ({
  label,
  loader,
  servers: pusherServer,
  browsers: prefix === undefined ? [] : browserLines(prefix, 'PUSHER'),
});

const targets: Readonly<Record<EnvTarget, Target>> = {
  'laravel-reverb': {
    label: 'Laravel with Reverb',
    loader: 'phpdotenv',
    servers: [
      ['BROADCAST_CONNECTION', { text: 'reverb' }],
      ['REVERB_APP_ID', 'appId'],
      ['REVERB_APP_KEY', 'key'],
      ['REVERB_APP_SECRET', 'secret'],
      ['REVERB_HOST', 'apiHost'],
      ['REVERB_PORT', 'apiPort'],
      ['REVERB_SCHEME', 'apiScheme'],
    ],
    browsers: browserLines('VITE_', 'REVERB'),
  },
  'laravel-pusher': {
    ...pusherTarget('Laravel with Pusher', 'phpdotenv', 'VITE_'),
    servers: [['BROADCAST_CONNECTION', { text: 'pusher' }], ...pusherServer],
  },
  node: pusherTarget('Node', 'node'),
  next: pusherTarget('Next.js', 'vite', 'NEXT_PUBLIC_'),
  vite: pusherTarget('Vite', 'vite', 'VITE_'),
  nuxt: {
    label: 'Nuxt',
    // Its c12 looks for references in all values, as Vite does.
    loader: 'vite',
    servers: pusherServer.map(([variable, from]) => [`NUXT_${variable}`, from] as const),
    browsers: browserLines('NUXT_PUBLIC_', 'PUSHER'),
  },
  rails: pusherTarget('Rails', 'ruby'),
  django: pusherTarget('Django or Flask', 'python'),
  go: pusherTarget('Go', 'go'),
  'soketi-server': {
    label: 'a soketi server',
    loader: 'node',
    servers: serverLines('SOKETI', [
      ['SOKETI_PORT', 'apiPort'],
      ['SOKETI_PATH_PREFIX', 'apiPath'],
    ]),
    browsers: [],
  },
  // Sockudo's port is in the variable PORT, which belongs to any program: it is left to its configuration.
  'sockudo-server': {
    label: 'a Sockudo server',
    loader: 'node',
    servers: serverLines('SOCKUDO', []),
    browsers: [],
  },
};

function serverLines(brand: string, more: readonly Line[]): readonly Line[] {
  return [
    [`${brand}_DEFAULT_APP_ID`, 'appId'],
    [`${brand}_DEFAULT_APP_KEY`, 'key'],
    [`${brand}_DEFAULT_APP_SECRET`, 'secret'],
    [`${brand}_DEFAULT_APP_ENABLE_CLIENT_MESSAGES`, 'clientMessages'],
    ...more,
  ];
}

/** Credentials of other kinds have no framework's names; these are read back by an import. */
const otherLines: readonly Line[] = [
  ['AIRSHIP_APP_KEY', 'appKey'],
  ['AIRSHIP_APP_SECRET', 'appSecret'],
  ['AIRSHIP_MASTER_SECRET', 'masterSecret'],
  ['AIRSHIP_BEARER_TOKEN', 'bearerToken'],
  ['AIRSHIP_OAUTH_CLIENT_ID', 'oauthClientId'],
  ['AIRSHIP_OAUTH_CLIENT_SECRET', 'oauthClientSecret'],
  ['AIRSHIP_PARTNER_KEY', 'partnerKey'],
  ['AIRSHIP_PARTNER_SECRET', 'partnerSecret'],
  ['AIRSHIP_DEVICE_USER_ID', 'deviceUserId'],
  ['AIRSHIP_DEVICE_PASSWORD', 'devicePassword'],
  ['IBM_PUSH_APP_GUID', 'appGuid'],
  ['IBM_PUSH_CLIENT_SECRET', 'clientSecret'],
  ['IBM_PUSH_IAM_API_KEY', 'iamApiKey'],
  ['PUSHER_ENCRYPTION_MASTER_KEY_BASE64', 'masterKey'],
];

/** The targets that make sense for an app. Reverb's variables, for one, need a server's address. */
export function envTargetsFor(app: Pick<ExportApp, 'provider' | 'dialect' | 'fields'>): readonly EnvTarget[] {
  if (app.provider === 'airship' || app.provider === 'ibm-push' || app.provider === 'master-key') {
    return ['node', 'rails', 'django', 'go'];
  }
  const isSelfHosted = app.provider === 'self-hosted';
  return envTargets.filter((target) => {
    if (target === 'laravel-reverb') return isSelfHosted && locationOf(app) === 'endpoints';
    if (target === 'soketi-server')
      return isSelfHosted && (app.dialect === 'soketi' || app.dialect === 'other');
    if (target === 'sockudo-server')
      return isSelfHosted && (app.dialect === 'sockudo' || app.dialect === 'other');
    return true;
  });
}

/** The names that its server's own documentation uses. */
export function usualEnvTarget(app: Pick<ExportApp, 'provider' | 'dialect' | 'fields'>): EnvTarget {
  const isReverb = app.dialect === 'reverb' && envTargetsFor(app).includes('laravel-reverb');
  return isReverb ? 'laravel-reverb' : 'node';
}

/** What the target is called, in the middle of a sentence. */
export function envTargetLabel(target: EnvTarget): string {
  return targets[target].label;
}

/** The variables that the app has a value for, in order, and the field that each is made of; null: of none, or of several. */
export function envPlan(
  app: ExportApp,
  target: EnvTarget,
): readonly { readonly variable: string; readonly field: ImportFieldId | null }[] {
  const { servers, browsers } = targets[target];
  const fields = new Map(
    [...otherLines, ...servers, ...browsers].map(([variable, from]) => [
      variable,
      typeof from === 'string' && from !== 'apiScheme' && from !== 'socketScheme' ? from : null,
    ]),
  );
  return envVariables(app, target).map(({ variable }) => ({ variable, field: fields.get(variable) ?? null }));
}

/**
 * In order, and without those that the app has no value for.
 * @throws AppError `invalid_input` when the target is not for such an app
 */
export function envVariables(app: ExportApp, target: EnvTarget): readonly EnvVariable[] {
  if (!envTargetsFor(app).includes(target)) {
    throw new AppError('invalid_input', `Variables for ${targets[target].label} can’t hold this app.`, {
      hint: `Choose another framework: ${envTargetsFor(app).join(', ')}.`,
    });
  }
  const { servers, browsers } = targets[target];
  const isOther = app.provider === 'airship' || app.provider === 'ibm-push' || app.provider === 'master-key';
  return [...(isOther ? otherLines : servers), ...(isOther ? [] : browsers)].flatMap((line) => {
    const value = checkedValue(app, line);
    return value === undefined || value === '' ? [] : [{ variable: line[0], value }];
  });
}

/**
 * @throws AppError `invalid_input` when the target is not for such an app, or a value has characters that no line of the
 * target's `.env` can hold.
 */
export function envFile(app: ExportApp, target: EnvTarget): EnvFile {
  const { label, loader } = targets[target];
  const written = envVariables(app, target).map((each) => writeLine(each, loader));
  const lines = written.map(({ variable, text }) => `${variable}=${text}\n`);
  return {
    fileName: '.env',
    text: `${header(app, label)}${lines.join('')}`,
    variables: written.map(({ variable }) => variable),
    notes: [...notesOn(written, loader), ...notesOnPaths(app, target)],
  };
}

interface Written {
  readonly variable: string;
  readonly text: string;
  readonly readBy: readonly EnvLoader[];
}

function writeLine({ variable, value }: EnvVariable, loader: EnvLoader): Written {
  const written = writeEnvValue(value, loader);
  if (written) return { variable, ...written };
  throw new AppError(
    'invalid_input',
    `${variable} has quotes or other characters that no line of this .env file can hold.`,
    { hint: 'Choose another framework, or set this variable where your program runs.' },
  );
}

function checkedValue(app: ExportApp, [variable, from]: Line): string | undefined {
  if (typeof from === 'string' && isKeptFromBrowsers(from) && readBrandedName(variable)?.publishedBy) {
    throw new Error(`${variable} would give a secret to browsers.`);
  }
  return valueFor(app, from);
}

function isKeptFromBrowsers(from: Exclude<Line[1], object>): boolean {
  return from !== 'apiScheme' && from !== 'socketScheme' && isSecretField(from);
}

function valueFor({ fields }: ExportApp, from: Line[1]): string | undefined {
  if (typeof from === 'object') return from.text;
  const isEndpoints = locationOf({ fields }) === 'endpoints';
  switch (from) {
    case 'apiScheme':
      return scheme(fields.apiTls ?? (fields.apiHost ? undefined : fields.socketTls), isEndpoints);
    case 'socketScheme':
      return scheme(fields.socketTls ?? (fields.socketHost ? undefined : fields.apiTls), isEndpoints);
    case 'apiHost':
      return fields.apiHost ?? fields.socketHost;
    case 'socketHost':
      return fields.socketHost ?? fields.apiHost;
    case 'apiPort':
      return fields.apiPort ?? (fields.apiHost ? undefined : fields.socketPort);
    case 'socketPort':
      return fields.socketPort ?? (fields.socketHost ? undefined : fields.apiPort);
    case 'cluster':
      return isEndpoints ? anyCluster : fields.cluster;
    default:
      return fields[from];
  }
}

function scheme(tls: string | undefined, isEndpoints: boolean): string | undefined {
  if (!isEndpoints) return undefined;
  return tls === 'false' ? 'http' : 'https';
}

function header(app: ExportApp, label: string): string {
  const name = app.name.replace(/[^\p{L}\p{N} ._()-]/gu, ' ').slice(0, 80);
  return `# ${name}, for ${label}. Holds secrets: keep this file out of version control.\n`;
}

const loaderNames: Readonly<Record<EnvLoader, string>> = {
  node: 'Node’s --env-file',
  vite: 'Vite and Next.js',
  phpdotenv: 'Laravel',
  ruby: 'Ruby’s dotenv',
  python: 'python-dotenv',
  go: 'godotenv',
  shell: 'shells',
  compose: 'Docker Compose',
  docker: 'docker run --env-file',
};

function notesOn(written: readonly Written[], loader: EnvLoader): readonly string[] {
  return written.flatMap(({ variable, readBy }) => {
    const others = envLoaders.filter((other) => other !== loader && !readBy.includes(other));
    if (others.length === 0) return [];
    const names = others.map((other) => loaderNames[other]).join(', ');
    return [`${variable} has characters that these read differently: ${names}.`];
  });
}

/** The libraries have no variable for it, and most of the server libraries no setting either. */
function notesOnPaths({ fields }: ExportApp, target: EnvTarget): readonly string[] {
  const hasPath = target !== 'soketi-server' && Boolean(fields.apiPath || fields.socketPath);
  return hasPath
    ? ['The server has a path prefix, which this file can’t hold: set wsPath in the client’s code.']
    : [];
}
