/**
 * What of an import may leave the vault process: what was found and where, without a secret. A field that holds a secret
 * has no place for its value, and public text that repeats one of the file's secrets (a swapped line, a secret used as a
 * name) is withheld.
 */
import type { FileTold, FoundApp, FoundField, FoundVersion } from '#shared/contract/imports.ts';
import { fieldValue } from '#shared/contract/strings.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { findProvider, type ProviderId } from '../../providers/index.ts';
import {
  type ImportedApp,
  type ImportFieldId,
  type ImportResult,
  type ImportWarning,
  isSecretField,
  type Source,
} from './model.ts';

/** @param fingerprint The keyed fingerprint that the vault tells of a secret. */
export function previewOf(result: ImportResult, fingerprint: (value: string) => string): FileTold {
  const withhold = new Withholder(result);
  const apps = result.apps.map((app, index): FoundApp => {
    return {
      index,
      name: withhold.text(app.name) ?? `App ${index + 1}`,
      provider: app.provider,
      dialect: app.dialect,
      environment: app.environment ?? null,
      fields: [
        ...(app.publicFields ? publicFieldsOf(app, withhold) : []),
        ...fieldsOf(app).flatMap(([fieldId, { value, from }]): FoundField[] => {
          const where = { fieldId, from: withhold.source(from) };
          if (isSecretField(fieldId)) {
            // A bundle's are among its versions.
            return app.versions ? [] : [{ ...where, isSecret: true, fingerprint: fingerprint(value) }];
          }
          const isTold = app.publicFields?.some((field) => field.fieldId === fieldId);
          return isTold ? [] : [{ ...where, isSecret: false, value: withhold.publicValue(value) }];
        }),
      ],
      versions:
        app.versions?.map(
          ({ field, slot, label, key, value }): FoundVersion => ({
            fieldId: field,
            slot,
            label: label === null ? null : withhold.text(label),
            key: key === null ? null : withhold.text(key),
            fingerprint: fingerprint(value),
          }),
        ) ?? null,
      missing: missingIn(app),
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

/** All of a service's, in their order. A bundle that was not written by Latchkey could name others. */
function publicFieldsOf({ provider, publicFields }: ImportedApp, withhold: Withholder): FoundField[] {
  const own = findProvider(provider).fields.filter(({ isSecret }) => !isSecret);
  return (publicFields ?? [])
    .filter(({ fieldId }) => own.some((field) => field.fieldId === fieldId))
    .map(({ fieldId, value }) => ({
      fieldId,
      isSecret: false,
      value: withhold.publicValue(value),
      from: { name: fieldId, line: 1 },
    }));
}

/** Shorter ones are words of any text: as a part of one they say nothing. */
const tellingCharacters = 8;

class Withholder {
  readonly #secrets: ReadonlySet<string>;
  readonly #telling: readonly string[];
  readonly #answers = new Map<string, boolean>();

  constructor({ apps }: ImportResult) {
    const secrets = apps.flatMap((app) => [
      ...fieldsOf(app).flatMap(([id, { value }]) => (isSecretField(id) ? [value.toLowerCase()] : [])),
      ...(app.versions ?? []).map(({ value }) => value.toLowerCase()),
    ]);
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

  /** Null also for what the contract has no room for. */
  publicValue(value: string): string | null {
    return parseUnknown(fieldValue, value).success ? this.text(value) : null;
  }

  /** Names lose their capitals on the way to a label. */
  #isTelling(text: string): boolean {
    return this.#secrets.has(text) || this.#telling.some((secret) => text.includes(secret));
  }

  source({ name, line }: Source): Source {
    return { name: this.text(name) ?? 'A setting', line };
  }

  warning({ code, severity, message, field, from }: ImportWarning): FoundApp['warnings'][number] {
    return {
      code,
      severity,
      message: this.text(message) ?? 'Something is wrong with this value.',
      fieldId: field,
      from: from && this.source(from),
    };
  }
}

function missingIn({ provider, fields }: ImportedApp): FoundApp['missing'] {
  const needs = needsOf(provider, fields);
  return needs.flatMap(([anyOf, neededFor]) => {
    const [first] = anyOf;
    return anyOf.some((id) => fields[id]) || !first ? [] : [{ fieldId: first, neededFor }];
  });
}

type Need = readonly [anyOf: readonly ImportFieldId[], neededFor: FoundApp['missing'][number]['neededFor']];

function needsOf(provider: ProviderId, fields: ImportedApp['fields']): readonly Need[] {
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
