/**
 * What of an import may leave the vault process: what was found and where, without a secret. A field that holds a secret
 * has no place for its value, and public text that repeats one of the file's secrets (a swapped line, a secret used as a
 * name) is withheld.
 */
import {
  type ImportedApp,
  type ImportFieldId,
  type ImportFormat,
  type ImportProblem,
  type ImportProvider,
  type ImportResult,
  type ImportWarning,
  isSecretField,
  type Source,
} from './model.ts';

export interface KnownApp {
  readonly profileId: string;
  readonly name: string;
}

/** What is in the vault already. Asked per app of the file. */
export interface KnownCredentials {
  /** Apps that have this public key (an app key, or an Airship key, or an IBM app GUID). */
  withKey(key: string): readonly KnownApp[];
  /** The keyed fingerprint that the vault tells of a secret (16 hex characters). */
  fingerprint(value: string): string;
  withFingerprint(fingerprint: string): readonly KnownApp[];
}

export type PreviewField =
  | {
      readonly id: ImportFieldId;
      readonly isSecret: false;
      /** Null where it repeats a secret of the file. */
      readonly value: string | null;
      readonly from: Source;
    }
  | {
      readonly id: ImportFieldId;
      readonly isSecret: true;
      readonly fingerprint: string;
      readonly from: Source;
    };

export interface MissingField {
  readonly id: ImportFieldId;
  /** What can’t be done without it: anything, what servers do (sign, publish), or finding the server. */
  readonly neededFor: 'everything' | 'servers' | 'connecting';
}

export interface ExistingCredential {
  readonly field: ImportFieldId;
  readonly app: KnownApp;
}

export interface AppPreview {
  /** The app's place in the result, by which it is chosen. */
  readonly index: number;
  readonly name: string;
  readonly provider: ImportProvider;
  readonly dialect: ImportedApp['dialect'];
  readonly fields: readonly PreviewField[];
  readonly missing: readonly MissingField[];
  readonly existing: readonly ExistingCredential[];
  readonly warnings: readonly ImportWarning[];
}

export interface ImportPreview {
  readonly format: ImportFormat;
  readonly apps: readonly AppPreview[];
  readonly problems: readonly ImportProblem[];
  readonly unrecognised: number;
}

export function previewOf(result: ImportResult, known: KnownCredentials): ImportPreview {
  const withhold = new Withholder(result);
  const apps = result.apps.map((app, index): AppPreview => {
    return {
      index,
      name: withhold.text(app.name) ?? `App ${index + 1}`,
      provider: app.provider,
      dialect: app.dialect,
      fields: fieldsOf(app).map(([id, { value, from }]) =>
        isSecretField(id)
          ? { id, isSecret: true, fingerprint: known.fingerprint(value), from: withhold.source(from) }
          : { id, isSecret: false, value: withhold.text(value), from: withhold.source(from) },
      ),
      missing: missingIn(app),
      existing: existingIn(app, known),
      warnings: app.warnings.map((warning) => withhold.warning(warning)),
    };
  });
  return {
    format: result.format,
    apps,
    problems: result.problems.map((problem) => ({
      ...problem,
      message: withhold.text(problem.message) ?? 'Something in the file can’t be read.',
    })),
    unrecognised: result.unrecognised,
  };
}

type Fields = readonly (readonly [ImportFieldId, { readonly value: string; readonly from: Source }])[];

function fieldsOf(app: ImportedApp): Fields {
  return Object.entries(app.fields) as unknown as Fields;
}

/** Shorter ones are words of any text: as a part of one they say nothing. */
const tellingCharacters = 8;

class Withholder {
  readonly #secrets: ReadonlySet<string>;
  readonly #telling: readonly string[];
  readonly #answers = new Map<string, boolean>();

  constructor({ apps }: ImportResult) {
    const secrets = apps.flatMap((app) =>
      fieldsOf(app).flatMap(([id, { value }]) => (isSecretField(id) ? [value.toLowerCase()] : [])),
    );
    this.#secrets = new Set(secrets);
    this.#telling = [...this.#secrets].filter((secret) => secret.length >= tellingCharacters);
  }

  text(text: string): string | null {
    // The same names come again and again, and hundreds of secrets are looked for in each.
    const known = this.#answers.get(text);
    const isTelling = known ?? this.#isTelling(text.toLowerCase());
    this.#answers.set(text, isTelling);
    return isTelling ? null : text;
  }

  /** Names lose their capitals on the way to a label. */
  #isTelling(text: string): boolean {
    return this.#secrets.has(text) || this.#telling.some((secret) => text.includes(secret));
  }

  source({ name, line }: Source): Source {
    return { name: this.text(name) ?? 'A setting', line };
  }

  warning(warning: ImportWarning): ImportWarning {
    const message = this.text(warning.message) ?? 'Something is wrong with this value.';
    return { ...warning, message, from: warning.from && this.source(warning.from) };
  }
}

function missingIn({ provider, fields }: ImportedApp): readonly MissingField[] {
  const needs = needsOf(provider, fields);
  return needs.flatMap(([anyOf, neededFor]) => {
    const [first] = anyOf;
    return anyOf.some((id) => fields[id]) || !first ? [] : [{ id: first, neededFor }];
  });
}

type Need = readonly [anyOf: readonly ImportFieldId[], neededFor: MissingField['neededFor']];

function needsOf(provider: ImportProvider, fields: ImportedApp['fields']): readonly Need[] {
  switch (provider) {
    case 'pusher':
      return [
        [['key'], 'everything'],
        [['cluster'], 'connecting'],
        [['appId'], 'servers'],
        [['secret'], 'servers'],
      ];
    case 'soketify':
      return [
        [['key'], 'everything'],
        [['appId'], 'servers'],
        [['secret'], 'servers'],
      ];
    case 'self-hosted':
      return [
        [['key'], 'everything'],
        [['socketHost', 'apiHost'], 'connecting'],
        [['appId'], 'servers'],
        [['secret'], 'servers'],
      ];
    case 'master-key':
      return [[['masterKey'], 'everything']];
    case 'airship':
      return [
        [['appKey', 'partnerKey', 'oauthClientId', 'deviceUserId'], 'everything'],
        ...(fields.oauthClientId ? ([[['oauthClientSecret'], 'servers']] as const) : []),
        ...(fields.partnerKey ? ([[['partnerSecret'], 'servers']] as const) : []),
        [['masterSecret', 'bearerToken', 'oauthClientSecret', 'partnerSecret', 'appSecret'], 'servers'],
      ];
    case 'ibm-push':
      return [
        [['appGuid'], 'everything'],
        [['iamApiKey', 'clientSecret'], 'servers'],
      ];
  }
}

function existingIn(app: ImportedApp, known: KnownCredentials): readonly ExistingCredential[] {
  return fieldsOf(app).flatMap(([field, { value }]) => {
    if (isSecretField(field)) {
      return known.withFingerprint(known.fingerprint(value)).map((found) => ({ field, app: found }));
    }
    const isKey = field === 'key' || field === 'appKey' || field === 'appGuid';
    return isKey ? known.withKey(value).map((found) => ({ field, app: found })) : [];
  });
}
