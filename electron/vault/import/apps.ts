/** Makes apps of what was found: whose it is, where its servers are, what is missing, and what is wrong with it. */
import { assertNever } from '#shared/lib/app-error.ts';
import {
  checkField,
  clusterOfHost,
  defaultCredentials,
  isNothing,
  isPlaceholder,
  masterKeyFromCharacters,
  parseHost,
  parsePort,
  parsePusherUrl,
  parseTls,
  withoutSlashesAtEnd,
} from './field-values.ts';
import { browserCode, type Finding, type FoundNote } from './findings.ts';
import {
  type ImportedApp,
  type ImportedField,
  type ImportFieldId,
  type ImportProblem,
  type ImportProvider,
  type ImportWarning,
  importLimits,
  isSecretField,
  type Severity,
  type Source,
  type WarningCode,
} from './model.ts';
import { type Brand, brandIn, type Family, familyOf, type Meaning, meaningOf } from './names.ts';

export interface Collected {
  readonly apps: readonly ImportedApp[];
  readonly problems: readonly ImportProblem[];
  /** Findings that turned out to be no part of an app. */
  readonly dropped: number;
}

export function collectApps(findings: readonly Finding[], fileName: string): Collected {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.group);
    if (group) group.push(finding);
    else groups.set(finding.group, [finding]);
  }
  const drafts: Draft[] = [];
  let dropped = 0;
  for (const group of groups.values()) {
    const draft = draftOf(group, fileName);
    if (draft) drafts.push(draft);
    else dropped += group.length;
  }
  const whole = drafts.filter((draft) => draft.hasValue());
  const merged = mergeSame(whole);
  const problems = problemsOf(drafts, whole, merged.length);
  return {
    apps: named(merged.slice(0, importLimits.apps).map((draft) => draft.finish())),
    problems,
    dropped,
  };
}

/** Meanings of which a group must have one to be an app at all. */
const coreMeanings: Readonly<Record<Family, readonly Meaning[]>> = {
  channels: ['appId', 'key', 'secret', 'masterKey', 'oldMasterKey', 'url'],
  airship: [
    'appKey',
    'appSecret',
    'masterSecret',
    'bearerToken',
    'oauthClientSecret',
    'partnerSecret',
    'devicePassword',
  ],
  'ibm-push': ['appGuid', 'clientSecret', 'iamApiKey'],
};

function draftOf(group: readonly Finding[], fileName: string): Draft | undefined {
  const phrases = new Set(group.map((finding) => finding.phrase));
  const brand = brandOf(group, phrases, fileName);
  const family = brand ? familyOf(brand) : 'channels';
  const core = group.filter((finding) =>
    coreMeanings[family].some((meaning) => meaning === meaningOf(family, finding.phrase)),
  );
  if (core.length === 0 || (!brand && !isClearWithoutBrand(group, phrases))) return undefined;
  const draft = new Draft(brand, family, group);
  for (const finding of group) draft.take(finding);
  return draft;
}

function brandOf(
  group: readonly Finding[],
  phrases: ReadonlySet<string>,
  fileName: string,
): Brand | undefined {
  const [first] = group;
  const own = group.find((finding) => finding.brand)?.brand ?? brandIn(first?.section?.slice(-90) ?? '');
  if (own) return own;
  if (phrases.has('MASTER SECRET') && (phrases.has('APP KEY') || phrases.has('KEY'))) return 'airship';
  if (phrases.has('APP GUID') && (phrases.has('CLIENT SECRET') || phrases.has('APIKEY'))) return 'ibm-push';
  const isOfEnvironment =
    first?.group.startsWith('bare:') && /^(?:DEVELOPMENT|PRODUCTION)$/.test(first.label);
  const isAirshipFile = /airship/i.test(fileName) && phrases.has('APP KEY');
  return isAirshipFile || (isOfEnvironment && phrases.has('APP SECRET')) ? 'airship' : undefined;
}

/**
 * A dashboard's block, or a list of apps: `app_id`, `key` and `secret` together, or a key with its cluster. APP_KEY alone
 * is Laravel's own encryption key, and SECRET_KEY Django's.
 */
function isClearWithoutBrand(group: readonly Finding[], phrases: ReadonlySet<string>): boolean {
  const has = (...any: readonly string[]) => any.some((phrase) => phrases.has(phrase));
  const hasKey = has('KEY', 'APP KEY', 'APPKEY');
  const hasSecret = has('SECRET', 'APP SECRET', 'APPSECRET');
  const hasCluster = has('CLUSTER', 'APP CLUSTER');
  if (has('ENCRYPTION MASTER KEY BASE64', 'ENCRYPTION MASTER KEY')) return true;
  const isList = group.some((finding) => finding.hint !== undefined);
  const hasId = has('APP ID', 'APPID') || (has('ID') && (hasCluster || isList || (hasKey && hasSecret)));
  return (hasId && hasKey && (hasSecret || hasCluster)) || (hasKey && hasCluster) || (isList && hasKey);
}

interface Chosen extends ImportedField {
  readonly isPublic: boolean;
}

interface Elsewhere {
  readonly field: ImportFieldId;
  readonly variable: string;
  readonly from: Source;
}

class Draft {
  readonly family: Family;
  readonly elsewhere: Elsewhere[] = [];
  readonly #brand: Brand | undefined;
  readonly #label: string;
  readonly #hint: Finding['hint'];
  readonly #words: string;
  readonly #fields = new Map<ImportFieldId, Chosen>();
  readonly #warnings: ImportWarning[] = [];
  /** The address to listen on counts only where no other one is given. */
  readonly #server = new Map<'apiHost' | 'apiPort', Chosen>();

  constructor(brand: Brand | undefined, family: Family, group: readonly Finding[]) {
    this.#brand = brand;
    this.family = family;
    this.#label = group.find((finding) => finding.label !== '')?.label ?? '';
    this.#hint = group.find((finding) => finding.hint)?.hint;
    this.#words = group[0]?.section ?? '';
  }

  /** Without one there is nothing to import: only names, or only an address. */
  hasValue(): boolean {
    return [...this.#fields.keys()].some((id) => isSecretField(id) || identifying.has(id));
  }

  take(finding: Finding): void {
    const meaning = meaningOf(this.family, finding.phrase);
    if (!meaning) return;
    const from = { name: shownName(finding.from.name), line: finding.from.line };
    const field = fieldOf(meaning, finding.publishedBy !== undefined);
    const value = finding.value;
    this.#warnOfPublic(
      meaning,
      field,
      from,
      finding.publishedBy,
      value.state === 'value' && isNothing(value.text.trim()),
    );
    switch (value.state) {
      case 'value':
        this.#takeValue(meaning, field, value.text, value.notes, from, finding.publishedBy !== undefined);
        return;
      case 'elsewhere':
        this.elsewhere.push({ field, variable: value.variable, from });
        return;
      case 'command':
        this.#warn(
          'command',
          'caution',
          field,
          from,
          `${from.name} is made by a command, which is not run here.`,
        );
        return;
      case 'cycle':
        this.#warn(
          'reference-cycle',
          'caution',
          field,
          from,
          `${from.name} refers to itself in a circle, so it has no value.`,
        );
        return;
      case 'too-long':
        this.#warn(
          'too-long',
          'caution',
          field,
          from,
          `${from.name} is longer than a credential can be, and was left out.`,
        );
        return;
      default:
        assertNever(value);
        return;
    }
  }

  /** @returns Whether the other one says the same of the same app, and is now part of this one. */
  absorb(other: Draft): boolean {
    if (this.provider() !== other.provider() || this.#hint !== other.#hint) return false;
    for (const id of ['key', 'appKey', 'appGuid'] as const) {
      if (this.#fields.get(id)?.value !== other.#fields.get(id)?.value) return false;
    }
    for (const [id, { value }] of other.#fields) {
      const own = this.#fields.get(id);
      if (own && own.value !== value) return false;
    }
    for (const [id, chosen] of other.#fields) if (!this.#fields.has(id)) this.#fields.set(id, chosen);
    for (const warning of other.#warnings) this.#keep(warning);
    this.elsewhere.push(...other.elsewhere.filter(({ field }) => !this.#fields.has(field)));
    return true;
  }

  identity(): string | undefined {
    for (const id of ['key', 'appKey', 'appGuid'] as const) {
      const found = this.#fields.get(id);
      if (found) return `${this.provider()} ${id} ${found.value}`;
    }
    return undefined;
  }

  provider(): ImportProvider {
    if (this.family !== 'channels') return this.family;
    const ids = [...this.#fields.keys()];
    if (ids.every((id) => id === 'masterKey')) return 'master-key';
    const host = this.#host();
    if (this.#brand === 'soketify' || (host !== undefined && /(?:^|\.)soketify\.com$/.test(host)))
      return 'soketify';
    if (this.#brand === 'soketi' || this.#brand === 'reverb' || this.#brand === 'sockudo')
      return 'self-hosted';
    if (this.#hint !== undefined) return 'self-hosted';
    return host === undefined || clusterOfHost(host) !== undefined ? 'pusher' : 'self-hosted';
  }

  finish(): ImportedApp {
    const provider = this.provider();
    this.#place(provider);
    this.#check();
    if (provider === 'master-key' && this.#brand === undefined) this.#warnOfOwner();
    for (const { field, variable, from } of this.elsewhere) {
      if (this.#fields.has(field) || !isNeeded(provider, field)) continue;
      const said = variable === from.name ? 'an outer variable of the same name' : shownName(variable);
      this.#warn(
        'value-elsewhere',
        'note',
        field,
        from,
        `${from.name} takes its value from ${said}, which this file does not set.`,
      );
    }
    const fields = [...this.#fields].map(([id, { value, from }]) => [id, { value, from }] as const);
    return {
      name: this.#name(provider),
      provider,
      dialect: provider === 'self-hosted' ? this.#dialect() : null,
      fields: Object.fromEntries(fields),
      warnings: mostSevereFirst(this.#warnings).slice(0, importLimits.warningsPerApp),
    };
  }

  #takeValue(
    meaning: Meaning,
    field: ImportFieldId,
    text: string,
    notes: readonly FoundNote[],
    from: Source,
    isPublic: boolean,
  ): void {
    const value = text.trim();
    if (isNothing(value)) return;
    for (const note of notes) this.#warnOfReading(note, field, from);
    switch (meaning) {
      case 'url':
        this.#takeUrl(value, from, isPublic);
        return;
      case 'host':
      case 'socketHost':
        this.#takeHost(field, value, from, isPublic);
        return;
      case 'serverHost':
      case 'serverPort':
        this.#takeServer(meaning, value, from);
        return;
      case 'port':
      case 'socketPort':
        this.#set(field, parsePort(value), from, isPublic);
        return;
      case 'scheme':
      case 'tls':
      case 'socketScheme':
      case 'socketTls':
        this.#set(field, parseTls(value), from, isPublic);
        return;
      case 'path':
      case 'socketPath':
        this.#setChecked(field, withoutSlashesAtEnd(value), from, isPublic);
        return;
      case 'oldMasterKey':
        this.#takeOldMasterKey(value, from, isPublic);
        return;
      default:
        this.#setChecked(field, value, from, isPublic);
        return;
    }
  }

  #takeUrl(value: string, from: Source, isPublic: boolean): void {
    const url = parsePusherUrl(value);
    if (!url) {
      this.#warn(
        'unusual-form',
        'caution',
        'secret',
        from,
        `${from.name} is not of the form https://KEY:SECRET@HOST/apps/ID.`,
      );
      return;
    }
    this.#setChecked('key', url.key, from, isPublic);
    this.#setChecked('secret', url.secret, from, isPublic);
    this.#setChecked('appId', url.appId, from, isPublic);
    this.#takeHost('apiHost', url.origin, from, isPublic);
  }

  #takeHost(field: ImportFieldId, value: string, from: Source, isPublic: boolean): void {
    const isApi = field === 'apiHost';
    const parts = parseHost(value);
    const cluster = clusterOfHost(parts.host);
    if (cluster !== undefined) {
      if (cluster !== 'none' && !this.#fields.has('cluster')) this.#set('cluster', cluster, from, isPublic);
      return;
    }
    this.#setChecked(field, parts.host, from, isPublic);
    if (parts.isBindAddress) this.#warnOfBindAddress(field, from);
    if (parts.port) this.#set(isApi ? 'apiPort' : 'socketPort', parts.port, from, isPublic);
    if (parts.tls) this.#set(isApi ? 'apiTls' : 'socketTls', parts.tls, from, isPublic);
    if (parts.path) this.#setChecked(isApi ? 'apiPath' : 'socketPath', parts.path, from, isPublic);
  }

  #takeServer(meaning: 'serverHost' | 'serverPort', value: string, from: Source): void {
    const found = meaning === 'serverHost' ? parseHost(value).host : parsePort(value);
    if (found)
      this.#server.set(meaning === 'serverHost' ? 'apiHost' : 'apiPort', {
        value: found,
        from,
        isPublic: false,
      });
  }

  #takeOldMasterKey(value: string, from: Source, isPublic: boolean): void {
    const old = masterKeyFromCharacters(value);
    if (old === undefined) {
      this.#setChecked('masterKey', value, from, isPublic);
      return;
    }
    this.#warn(
      'old-master-key',
      'note',
      'masterKey',
      from,
      `${from.name} holds a master key as 32 characters, which newer libraries no longer take. It is imported as the same bytes in base64.`,
    );
    this.#set('masterKey', old, from, isPublic);
  }

  #setChecked(field: ImportFieldId, value: string, from: Source, isPublic: boolean): void {
    const result = checkField(field, value, isSecretField(field));
    if (result.ok) {
      this.#set(field, result.value, from, isPublic);
      return;
    }
    const isSpaced = isSecretField(field) && /\s/.test(value);
    const code = field === 'masterKey' ? 'master-key-form' : isSpaced ? 'white-space' : 'unusual-form';
    this.#warn(code, 'caution', field, from, `${from.name} was left out. ${result.why}`);
  }

  #set(field: ImportFieldId, value: string | undefined, from: Source, isPublic: boolean): void {
    if (value === undefined) {
      this.#warn(
        'unusual-form',
        'caution',
        field,
        from,
        `${from.name} was left out. Its form can’t be right.`,
      );
      return;
    }
    const known = this.#fields.get(field);
    if (known && known.value !== value) {
      const winner = known.isPublic || !isPublic ? from : known.from;
      this.#warn(
        'conflicting-values',
        'caution',
        field,
        winner,
        `${known.from.name} on line ${known.from.line} and ${from.name} on line ${from.line} differ. Line ${winner.line} is used.`,
      );
    }
    // What servers read says more than the copy for the browser; of equals the later one counts, as in every loader.
    if (!known || (known.value !== value && (known.isPublic || !isPublic)))
      this.#fields.set(field, { value, from, isPublic });
  }

  #host(): string | undefined {
    const chosen =
      this.#fields.get('apiHost') ?? this.#fields.get('socketHost') ?? this.#server.get('apiHost');
    return chosen?.value;
  }

  /** A hosted app is found by its cluster, another one by addresses; a server that is given once serves both. */
  #place(provider: ImportProvider): void {
    for (const id of this.#fields.keys()) if (!isNeeded(provider, id)) this.#fields.delete(id);
    if (provider !== 'self-hosted' && provider !== 'soketify') return;
    for (const [id, chosen] of this.#server) {
      if (this.#fields.has('apiHost') && id === 'apiHost') continue;
      if (!this.#fields.has(id)) this.#fields.set(id, chosen);
      if (id === 'apiHost') this.#warnOfBindAddress(id, chosen.from);
    }
    if (provider === 'soketify') return;
    for (const [api, socket] of addressPairs) {
      const [one, other] = [this.#fields.get(api), this.#fields.get(socket)];
      if (one && !other) this.#fields.set(socket, one);
      else if (other && !one) this.#fields.set(api, other);
    }
  }

  #check(): void {
    for (const [id, { value, from }] of this.#fields) {
      if (addressFields.has(id) || id === 'cluster' || id === 'appName') continue;
      if (id in defaultCredentials && defaultCredentials[id as keyof typeof defaultCredentials] === value) {
        if (id === 'secret') {
          this.#warn(
            'default-credentials',
            'danger',
            id,
            from,
            `${from.name} is the secret that soketi and Sockudo have out of the box. Everyone knows it.`,
          );
        }
      } else if (isPlaceholder(value)) {
        this.#warn(
          'placeholder',
          'caution',
          id,
          from,
          `${from.name} looks like a placeholder, not like a value.`,
        );
      }
    }
    for (const [publicId, secretId] of keyPairs) {
      const [key, secret] = [this.#fields.get(publicId), this.#fields.get(secretId)];
      if (key && secret && key.value === secret.value) {
        this.#warn(
          'secret-equals-key',
          'danger',
          secretId,
          secret.from,
          `${secret.from.name} is the same as ${key.from.name}. The key is public: everyone has this secret.`,
        );
      }
    }
  }

  #dialect(): 'soketi' | 'reverb' | 'sockudo' | 'other' {
    if (this.#brand === 'soketi' || this.#brand === 'reverb' || this.#brand === 'sockudo') return this.#brand;
    if (this.#hint) return this.#hint;
    const said = brandIn(this.#host() ?? '') ?? brandIn(this.#words.slice(-90));
    return said === 'soketi' || said === 'reverb' || said === 'sockudo' ? said : 'other';
  }

  #name(provider: ImportProvider): string {
    const own = this.#fields.get('appName')?.value;
    if (own) return own;
    const dialect = provider === 'self-hosted' ? this.#dialect() : undefined;
    const base =
      dialect === undefined || dialect === 'other' ? providerNames[provider] : dialectNames[dialect];
    const label = this.#label === this.#label.toUpperCase() ? this.#label.toLowerCase() : this.#label;
    const shown = label
      .replace(/[^\w .-]/g, ' ')
      .trim()
      .slice(0, 40);
    if (shown === '') return base;
    // What tells it from the others comes first, where there is little room for it; a number alone says nothing.
    return /^\d+$/.test(shown) ? `${base} (${shown})` : `${shown} (${base})`;
  }

  #warnOfPublic(
    meaning: Meaning,
    field: ImportFieldId,
    from: Source,
    publishedBy: string | undefined,
    isEmpty: boolean,
  ): void {
    if (publishedBy === undefined || isEmpty || !(isSecretField(field) || meaning === 'url')) return;
    // Airship's app secret ships in every app by design.
    if (field === 'appSecret') return;
    const isCode = publishedBy === browserCode;
    const message = isCode
      ? `${from.name} stands in code that runs in browsers: everyone who opens the page can read this secret. Take it out of there, and rotate it.`
      : `${from.name} ships to browsers: ${publishedBy} copies variables of this name into the code that everyone can read. Take the secret out of there, and rotate it.`;
    this.#warn('public-secret', 'danger', field, from, message);
  }

  #warnOfReading(note: FoundNote, field: ImportFieldId, from: Source): void {
    const { code, severity, text } = readingNotes[note];
    // A default for a port is what the file means; a default for a secret may be an example.
    if (note === 'default-used' && !isSecretField(field) && !identifying.has(field)) return;
    this.#warn(code, severity, field, from, `${from.name}${text}`);
  }

  #warnOfOwner(): void {
    const from = this.#fields.get('masterKey')?.from;
    if (!from) return;
    const message = `${from.name} does not say that it is for encrypted channels. Other programs use this name too.`;
    this.#warn('unclear-owner', 'caution', 'masterKey', from, message);
  }

  #warnOfBindAddress(field: ImportFieldId, from: Source): void {
    this.#warn(
      'bind-address',
      'note',
      field,
      from,
      `${from.name} is the address that the server listens on. Where nothing else is said, 127.0.0.1 is taken for connecting to it.`,
    );
  }

  #warn(code: WarningCode, severity: Severity, field: ImportFieldId, from: Source, message: string): void {
    this.#keep({ code, severity, message, field, from });
  }

  /** However many there are: none that is dangerous gets lost among the others. */
  #keep(warning: ImportWarning): void {
    if (warning.severity !== 'danger' && this.#warnings.length >= importLimits.warningsPerApp * 2) return;
    if (this.#warnings.some(({ code, message }) => code === warning.code && message === warning.message))
      return;
    this.#warnings.push(warning);
  }
}

const readingNotes: Readonly<
  Record<FoundNote, { readonly code: WarningCode; readonly severity: Severity; readonly text: string }>
> = {
  'comment-sign': {
    code: 'comment-sign',
    severity: 'caution',
    text: ' has a # in it without quotes around. It was read up to there, as Laravel and Node do; shells and Python go on. Put quotes around it.',
  },
  'unclosed-quote': {
    code: 'unclosed-quote',
    severity: 'caution',
    text: ' starts with a quote that is not closed. It was read up to the end of its line.',
  },
  backslash: {
    code: 'backslash',
    severity: 'note',
    text: ' has a backslash in quotes, which not every loader reads alike. Check that it works.',
  },
  'dollar-sign': {
    code: 'dollar-sign',
    severity: 'note',
    text: ' has a $ in it that some loaders take for another variable. It was read as it stands.',
  },
  'default-used': {
    code: 'default-used',
    severity: 'caution',
    text: ' is a default, for when a variable is not set. The real value may be another one.',
  },
};

const identifying: ReadonlySet<ImportFieldId> = new Set<ImportFieldId>([
  'appId',
  'key',
  'appKey',
  'appGuid',
  'oauthClientId',
  'partnerKey',
  'deviceUserId',
]);

const addressFields: ReadonlySet<ImportFieldId> = new Set<ImportFieldId>([
  'apiHost',
  'apiPort',
  'apiTls',
  'apiPath',
  'socketHost',
  'socketPort',
  'socketTls',
  'socketPath',
]);

/** A hosted app has a cluster and no addresses, any other has addresses and no cluster. */
function isNeeded(provider: ImportProvider, field: ImportFieldId): boolean {
  return provider === 'pusher' ? !addressFields.has(field) : field !== 'cluster';
}

const addressPairs = [
  ['apiHost', 'socketHost'],
  ['apiPort', 'socketPort'],
  ['apiTls', 'socketTls'],
  ['apiPath', 'socketPath'],
] as const;

const keyPairs = [
  ['key', 'secret'],
  ['appKey', 'appSecret'],
  ['appKey', 'masterSecret'],
  ['partnerKey', 'partnerSecret'],
] as const;

const providerNames: Readonly<Record<ImportProvider, string>> = {
  pusher: 'Pusher Channels',
  soketify: 'Soketify',
  'self-hosted': 'Self-hosted server',
  'master-key': 'Encryption master key',
  airship: 'Airship',
  'ibm-push': 'IBM Push',
};

const dialectNames = { soketi: 'soketi', reverb: 'Laravel Reverb', sockudo: 'Sockudo' } as const;

function fieldOf(meaning: Meaning, isPublic: boolean): ImportFieldId {
  switch (meaning) {
    case 'oldMasterKey':
      return 'masterKey';
    case 'url':
      return 'secret';
    case 'host':
      return isPublic ? 'socketHost' : 'apiHost';
    case 'port':
      return isPublic ? 'socketPort' : 'apiPort';
    case 'scheme':
    case 'tls':
      return isPublic ? 'socketTls' : 'apiTls';
    case 'path':
      return isPublic ? 'socketPath' : 'apiPath';
    case 'socketScheme':
      return 'socketTls';
    case 'serverHost':
      return 'apiHost';
    case 'serverPort':
      return 'apiPort';
    default:
      return meaning;
  }
}

/** Names come from the file. What is no plain name is not repeated. */
function shownName(name: string): string {
  return /^[\w$@.:>\\ (…)-]{1,100}$/.test(name) ? name : 'A setting';
}

function mostSevereFirst(warnings: readonly ImportWarning[]): readonly ImportWarning[] {
  const order: readonly Severity[] = ['danger', 'caution', 'note'];
  return [...warnings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

/** The same app written down several times, as for two services in one docker-compose.yml, is one app. */
function mergeSame(drafts: readonly Draft[]): readonly Draft[] {
  const kept: Draft[] = [];
  const byIdentity = new Map<string, Draft>();
  for (const draft of drafts) {
    const identity = draft.identity();
    const same = identity === undefined ? undefined : byIdentity.get(identity);
    if (same?.absorb(draft)) continue;
    kept.push(draft);
    if (identity !== undefined && !same) byIdentity.set(identity, draft);
  }
  return kept;
}

/** Two apps of one name get their app ids, or numbers, behind it. */
function named(apps: readonly ImportedApp[]): readonly ImportedApp[] {
  const counts = new Map<string, number>();
  for (const { name } of apps) counts.set(name, (counts.get(name) ?? 0) + 1);
  const used = new Set<string>();
  return apps.map((app) => {
    const appId = app.fields.appId?.value.slice(0, 30);
    const isShared = (counts.get(app.name) ?? 0) > 1;
    let name = isShared && appId !== undefined ? `${app.name.slice(0, 45)} ${appId}` : app.name;
    for (let number = 2; used.has(name); number++) name = `${app.name.slice(0, 70)} ${number}`;
    used.add(name);
    return { ...app, name };
  });
}

function problemsOf(
  drafts: readonly Draft[],
  whole: readonly Draft[],
  count: number,
): readonly ImportProblem[] {
  const problems: ImportProblem[] = [];
  const named = drafts.filter((draft) => !draft.hasValue()).flatMap((draft) => draft.elsewhere);
  if (named.length > 0) {
    const names = [...new Set(named.map(({ variable }) => shownName(variable)))];
    const more = names.length > 6 ? ` and ${names.length - 6} more` : '';
    problems.push({
      code: 'values-elsewhere',
      message: `The file takes values from variables that it does not set: ${names.slice(0, 6).join(', ')}${more}.`,
      hint: 'Import the .env file that sets them.',
      line: named[0]?.from.line ?? null,
    });
  }
  if (count > importLimits.apps) {
    problems.push({
      code: 'too-much',
      message: `The file has ${count} apps; the first ${importLimits.apps} are shown.`,
      hint: 'Split the file.',
      line: null,
    });
  }
  if (whole.length === 0 && named.length === 0) {
    problems.push({
      code: 'nothing-found',
      message:
        drafts.length > 0
          ? 'The file names credentials, but has no values for them.'
          : 'Nothing in the file is a credential that Latchkey knows.',
      hint: 'Latchkey reads .env files, soketi and Laravel configuration, JSON, and what the Pusher dashboard copies.',
      line: null,
    });
  }
  return problems;
}
