/**
 * What a name of a variable or a setting means. The spellings are those of real projects and of the servers' own
 * documentation:
 * - Laravel's `config/broadcasting.php` and `config/reverb.php` (PUSHER_APP_*, PUSHER_HOST, REVERB_*, REVERB_INTERNAL_*,
 *   REVERB_SERVER_*), and the VITE_ and MIX_ copies in its `.env`;
 * - soketi 1.6 `src/cli/cli.ts` (SOKETI_ before DEFAULT_APP_ID, HOST, PORT, PATH_PREFIX …), soketi's and Sockudo's
 *   `appManager.array.apps` and `app_manager.array.apps`, Sockudo's `src/options.rs` (SOCKUDO_DEFAULT_APP_*);
 * - Pusher's server libraries (PUSHER_URL from Heroku's add-on, `encryption_master_key_base64` and the older
 *   `encryption_master_key`), and projects with PUSHER_SECRET, PUSHER_KEY, NEXT_PUBLIC_PUSHER_CLUSTER_REGION,
 *   STAGING_PUSHER_API_KEY, PUSHER_MOBILE_APP_KEY, NEXT_PUBLIC_PUSHER_APP_KEY_ATTESTATION_VENTE;
 * - Airship: UA_APP_KEY, UA_APPLICATION_KEY, URBAN_AIRSHIP_MASTER_SECRET, and `developmentAppKey` … of its SDKs'
 *   `airshipconfig.properties` and `AirshipConfig.plist`;
 * - IBM Push: `appGuid`, `clientSecret` and `apikey` of the service credentials under `imfpush`.
 */
import { importLimits } from './model.ts';

export const brands = ['pusher', 'soketify', 'soketi', 'reverb', 'sockudo', 'airship', 'ibm-push'] as const;
export type Brand = (typeof brands)[number];

/** Groups of providers that name the same things. */
export type Family = 'channels' | 'airship' | 'ibm-push';

export function familyOf(brand: Brand): Family {
  return brand === 'airship' || brand === 'ibm-push' ? brand : 'channels';
}

/** What a name says, before it is known whether its host is the API's, the socket's or both. */
export type Meaning =
  | 'appId'
  | 'key'
  | 'secret'
  | 'cluster'
  | 'masterKey'
  | 'oldMasterKey'
  | 'url'
  | 'host'
  | 'port'
  | 'tls'
  | 'scheme'
  | 'path'
  | 'socketHost'
  | 'socketPort'
  | 'socketTls'
  | 'socketScheme'
  | 'socketPath'
  | 'serverHost'
  | 'serverPort'
  | 'appName'
  | 'enabled'
  | 'clientMessages'
  | 'userAuthentication'
  | 'allowedOrigins'
  | 'appKey'
  | 'appSecret'
  | 'masterSecret'
  | 'bearerToken'
  | 'oauthClientId'
  | 'oauthClientSecret'
  | 'partnerKey'
  | 'partnerSecret'
  | 'deviceUserId'
  | 'devicePassword'
  | 'appGuid'
  | 'clientSecret'
  | 'iamApiKey';

type Phrases = ReadonlyMap<string, Meaning>;

function phrases(table: Partial<Record<Meaning, string>>): Phrases {
  return new Map(
    Object.entries(table).flatMap(([meaning, list]) =>
      list.split(', ').map((phrase) => [phrase, meaning as Meaning] as const),
    ),
  );
}

const phrasesOf: Readonly<Record<Family, Phrases>> = {
  channels: phrases({
    appId: 'APP ID, ID, APPID, APPLICATION ID',
    key: 'APP KEY, KEY, APPKEY, API KEY, APIKEY, APP API KEY, PUBLIC KEY, CLIENT KEY, APPLICATION KEY',
    secret: 'APP SECRET, SECRET, APPSECRET, API SECRET, SECRET KEY, APP SECRET KEY, APPLICATION SECRET',
    cluster: 'APP CLUSTER, CLUSTER, CLUSTER REGION, APP CLUSTER REGION',
    masterKey:
      'ENCRYPTION MASTER KEY BASE64, APP ENCRYPTION MASTER KEY BASE64, MASTER KEY BASE64, ENCRYPTION KEY BASE64',
    oldMasterKey: 'ENCRYPTION MASTER KEY, APP ENCRYPTION MASTER KEY, MASTER KEY, ENCRYPTION KEY',
    url: 'URL',
    host: 'HOST, APP HOST, HOSTNAME, HOST NAME, API HOST, HTTP HOST, INTERNAL HOST',
    port: 'PORT, APP PORT, API PORT, HTTP PORT, INTERNAL PORT',
    scheme: 'SCHEME, APP SCHEME, PROTOCOL, INTERNAL SCHEME',
    tls: 'USE TLS, TLS, USE SSL, SSL, SECURE, ENCRYPTED, APP USE TLS',
    path: 'PATH, PATH PREFIX',
    socketHost: 'WS HOST, SOCKET HOST, WEBSOCKET HOST, CLIENT HOST, FRONTEND HOST, PUBLIC HOST, APP WS HOST',
    socketPort:
      'WS PORT, WSS PORT, SOCKET PORT, WEBSOCKET PORT, CLIENT PORT, FRONTEND PORT, PUBLIC PORT, APP WS PORT',
    socketScheme: 'WS SCHEME, CLIENT SCHEME, FRONTEND SCHEME, PUBLIC SCHEME',
    socketTls: 'FORCE TLS',
    socketPath: 'WS PATH',
    serverHost: 'SERVER HOST',
    serverPort: 'SERVER PORT',
    appName: 'APP NAME, NAME',
    enabled: 'APP ENABLED, ENABLED',
    clientMessages: 'APP ENABLE CLIENT MESSAGES, ENABLE CLIENT MESSAGES',
    userAuthentication: 'APP USER AUTHENTICATION, ENABLE USER AUTHENTICATION, APP ENABLE USER AUTHENTICATION',
    allowedOrigins: 'APP ALLOWED ORIGINS, ALLOWED ORIGINS',
  }),
  airship: phrases({
    appKey: 'APP KEY, KEY, APPKEY, APPLICATION KEY, API KEY',
    appSecret: 'APP SECRET, SECRET, APPSECRET, APPLICATION SECRET',
    masterSecret: 'MASTER SECRET, APP MASTER SECRET, APPLICATION MASTER SECRET, MASTERSECRET',
    bearerToken: 'BEARER TOKEN, TOKEN, API TOKEN, ACCESS TOKEN',
    oauthClientId: 'OAUTH CLIENT ID, CLIENT ID',
    oauthClientSecret: 'OAUTH CLIENT SECRET, CLIENT SECRET',
    partnerKey: 'PARTNER KEY',
    partnerSecret: 'PARTNER SECRET',
    deviceUserId: 'DEVICE USER ID, USER ID',
    devicePassword: 'DEVICE PASSWORD, USER PASSWORD',
  }),
  'ibm-push': phrases({
    appGuid: 'APP GUID, APPGUID, GUID, APP ID',
    clientSecret: 'CLIENT SECRET, CLIENTSECRET',
    iamApiKey: 'API KEY, APIKEY, IAM API KEY, IAM APIKEY',
  }),
};

export function meaningOf(family: Family, phrase: string): Meaning | undefined {
  return phrasesOf[family].get(phrase);
}

/** Prefixes whose variables a build tool copies into code that browsers or apps load, and the tool that does. */
const publicPrefixes: readonly (readonly [prefix: string, tool: string])[] = [
  ['NEXT PUBLIC', 'Next.js'],
  ['REACT APP', 'Create React App'],
  ['NUXT PUBLIC', 'Nuxt'],
  ['EXPO PUBLIC', 'Expo'],
  ['VUE APP', 'Vue CLI'],
  ['NG APP', 'Angular'],
  ['VITE', 'Vite'],
  ['MIX', 'Laravel Mix'],
  ['GATSBY', 'Gatsby'],
  ['PUBLIC', 'SvelteKit or Astro'],
];

export interface NameReading {
  /** Undefined: the name alone does not say whose it is, as in `app_id = "1"`. */
  readonly brand: Brand | undefined;
  /** Words in capitals, such as `APP KEY`. What it means depends on the family. */
  readonly phrase: string;
  /** Tells several apps in one file apart, as MOBILE does in PUSHER_MOBILE_KEY. Empty for most. */
  readonly qualifier: string;
  /** The tool that gives this variable to everyone, such as `Vite`. */
  readonly publishedBy: string | undefined;
}

/**
 * `pusherAppKey`, `PUSHER_APP_KEY` and `pusher.app-key` are the words PUSHER, APP and KEY. Digits stay with the letters
 * before them.
 */
export function splitWords(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toUpperCase()
    .split(/[^A-Z\d]+/)
    .filter((word) => word !== '');
}

const mentionsBrand = /pusher|reverb|soketi|sockudo|airship|imfpush|ibm|(?:^|[^a-z])ua(?:$|[^a-z])/i;

/** What any name means that has a brand in it; undefined for all others. */
export function readBrandedName(name: string): NameReading | undefined {
  if (name.length > importLimits.nameCharacters || !mentionsBrand.test(name)) return undefined;
  const { words, publishedBy } = withoutPublicPrefix(splitWords(name));
  const found = findBrand(words);
  if (!found) return undefined;
  const { brand, start, end } = found;
  const rest = withoutNoise(words.slice(end));
  if (otherProducts.has(rest[0] ?? '')) return undefined;
  const reading = readPhrase(phrasesOf[familyOf(brand)], rest);
  if (!reading) return undefined;
  const before = words.slice(0, start).filter((word) => !noise.has(word));
  const qualifiers = [...before, ...reading.qualifier];
  if (qualifiers.length > 4) return undefined;
  return { brand, phrase: reading.phrase, qualifier: qualifiers.join(' '), publishedBy };
}

/** What a name means where the setting around it has to say whose it is. */
export function readBareName(name: string): NameReading | undefined {
  if (name.length > 40) return undefined;
  const { words, publishedBy } = withoutPublicPrefix(splitWords(name));
  const whole = words.join(' ');
  if (isPhrase(whole)) return { brand: undefined, phrase: whole, qualifier: '', publishedBy };
  const [first = '', ...rest] = words;
  const phrase = rest.join(' ');
  if (!environments.has(first) || !/^(?:APP|MASTER) (?:KEY|SECRET)$/.test(phrase)) return undefined;
  return { brand: undefined, phrase, qualifier: first, publishedBy };
}

/** The brand that a word says, such as a driver's name or a key of the settings around. */
export function brandIn(text: string): Brand | undefined {
  if (text.length > importLimits.nameCharacters || !mentionsBrand.test(text)) return undefined;
  return findBrand(splitWords(text))?.brand;
}

/** Servers of whose settings the names tell them apart: soketi has an `appManager`, Sockudo an `app_manager`. */
export type ServerHint = 'soketi' | 'sockudo' | 'reverb';

export function hintIn(path: string): ServerHint | undefined {
  if (path.includes('app_manager')) return 'sockudo';
  return path.includes('appManager') ? 'soketi' : undefined;
}

function isPhrase(phrase: string): boolean {
  return Object.values(phrasesOf).some((known) => known.has(phrase));
}

function withoutPublicPrefix(words: readonly string[]): {
  readonly words: readonly string[];
  readonly publishedBy: string | undefined;
} {
  const start = words.slice(0, 2).join(' ');
  const found = publicPrefixes.find(([prefix]) => start === prefix || start.startsWith(`${prefix} `));
  if (!found || words.length <= found[0].split(' ').length) return { words, publishedBy: undefined };
  return { words: words.slice(found[0].split(' ').length), publishedBy: found[1] };
}

/** The first brand, and which words say it. */
function findBrand(
  words: readonly string[],
): { readonly brand: Brand; readonly start: number; readonly end: number } | undefined {
  for (const [start, word] of words.entries()) {
    const pair = `${word} ${words[start + 1] ?? ''}`;
    const two = brandWords.get(pair);
    if (two) return { brand: two, start, end: start + 2 };
    const one = brandWords.get(word);
    if (one) return { brand: one, start, end: start + 1 };
  }
  return undefined;
}

const brandWords: ReadonlyMap<string, Brand> = new Map([
  ['PUSHER', 'pusher'],
  ['REVERB', 'reverb'],
  ['SOKETI', 'soketi'],
  ['SOKETIFY', 'soketify'],
  ['SOCKUDO', 'sockudo'],
  ['AIRSHIP', 'airship'],
  ['URBAN AIRSHIP', 'airship'],
  ['URBANAIRSHIP', 'airship'],
  ['UA', 'airship'],
  ['IMFPUSH', 'ibm-push'],
  ['IBM PUSH', 'ibm-push'],
  ['IBM IMFPUSH', 'ibm-push'],
]);

/** Pusher's other products have keys and secrets too, of another kind. */
const otherProducts: ReadonlySet<string> = new Set(['BEAMS', 'CHATKIT', 'FEEDS', 'PUSH']);

/** Words that tell no app from another. */
const noise: ReadonlySet<string> = new Set([
  'BROADCAST',
  'BROADCASTING',
  'CHANNELS',
  'CONFIG',
  'CREDENTIALS',
  'CONNECTIONS',
  'DEFAULT',
  'ENV',
  'LARAVEL',
  'NOTIFICATIONS',
  'NUXT',
  'OPTIONS',
  'SERVICES',
  'SETTINGS',
  'TF',
  'VAR',
]);

function withoutNoise(words: readonly string[]): readonly string[] {
  return noise.has(words[0] ?? '') ? withoutNoise(words.slice(1)) : words;
}

/** After these, a HOST or a PORT belongs to something else: SOKETI_DB_REDIS_HOST, PUSHER_WEBHOOK_SECRET. */
const foreignWords: ReadonlySet<string> = new Set(
  (
    'ADAPTER ADMIN AUTH CACHE CERT CLUSTER DATABASE DB DYNAMODB HORIZONTAL INGEST JWT LIMIT LIMITER LOG MANAGER MAX ' +
    'METRICS MYSQL NATS PG PGSQL POSTGRES PROMETHEUS PULSE QUEUE RATE REDIS SCALING SENTINEL SQS SSL STATS STATSD ' +
    'TELESCOPE WEBHOOK WEBHOOKS'
  ).split(' '),
);

/** With these after it, a name is not the thing itself: PUSHER_APP_SECRET_FILE, PUSHER_KEY_NAME. */
const aboutWords: ReadonlySet<string> = new Set(
  'ARN ENV FILE HINT ID LABEL LENGTH NAME PATH PLACEHOLDER PREFIX TIMEOUT TTL URL VERSION'.split(' '),
);

/** The whole of the words, or the longest phrase at their end or start with a qualifier beside it. */
function readPhrase(
  known: Phrases,
  words: readonly string[],
): { readonly phrase: string; readonly qualifier: readonly string[] } | undefined {
  const whole = words.join(' ');
  if (known.has(whole)) return { phrase: whole, qualifier: [] };
  if (words.some((word) => foreignWords.has(word))) return undefined;
  for (let size = Math.min(words.length - 1, 5); size > 0; size--) {
    const atEnd = words.slice(-size).join(' ');
    if (known.has(atEnd)) return { phrase: atEnd, qualifier: words.slice(0, -size) };
    const atStart = words.slice(0, size).join(' ');
    const after = words.slice(size);
    if (known.has(atStart) && !after.some((word) => aboutWords.has(word))) {
      return { phrase: atStart, qualifier: after };
    }
  }
  return undefined;
}

const environments: ReadonlySet<string> = new Set([
  'DEVELOPMENT',
  'PRODUCTION',
  'STAGING',
  'TEST',
  'DEV',
  'PROD',
]);
