/** What the user chooses of an import, and what becomes of each secret. Pure; nothing here is a secret. */

import type { ImportPreview, PreviewedApp } from '#shared/contract/imports.ts';
import type { CallInput } from '#shared/contract/index.ts';
import type { Environment, Profile, Service } from '#shared/contract/profiles.ts';
import type { Provider } from '#shared/contract/providers.ts';
import type { Credential, Slot } from '#shared/contract/vault.ts';

export interface AppChoice {
  readonly isChosen: boolean;
  readonly name: string;
  readonly environment: Environment;
  /** Null: a new one. */
  readonly into: string | null;
  /** By field: answers to what is asked. */
  readonly given: Readonly<Record<string, string>>;
  /** Secrets that are left out, by their ids. */
  readonly leftOut: readonly string[];
  /** Secrets that are to sign from now on. */
  readonly defaults: readonly string[];
}

/** By the app's index. */
export type Choices = Readonly<Record<number, AppChoice>>;

export function firstChoices({ apps }: ImportPreview): Choices {
  return Object.fromEntries(apps.map((app) => [app.index, firstChoice(app)]));
}

function firstChoice(app: PreviewedApp): AppChoice {
  const there = app.existing.find(({ slot }) => slot === null) ?? app.existing[0];
  return {
    isChosen: true,
    name: app.name,
    environment: app.environment ?? environmentIn(app.name),
    into: there?.profileId ?? null,
    given: {},
    leftOut: [],
    defaults: [],
  };
}

/** As the names of files and variables say it; where they say nothing, the one that is asked least. */
function environmentIn(name: string): Environment {
  if (/prod|live/i.test(name)) return 'production';
  if (/stag/i.test(name)) return 'staging';
  return /local/i.test(name) ? 'local' : 'development';
}

export type Target = Pick<Profile | Service, 'profileId' | 'name'>;

/** What is here and has a place for one of its secrets at least. */
export function targetsOf(
  app: PreviewedApp,
  here: { readonly profiles: readonly Profile[]; readonly services: readonly Service[] },
  providers: readonly Provider[],
): readonly Target[] {
  const secrets = secretsOf(app).map(({ fieldId }) => fieldId);
  const takes = (providerId: string) =>
    providers
      .find((provider) => provider.providerId === providerId)
      ?.fields.some(({ isSecret, fieldId }) => isSecret && secrets.includes(fieldId)) ?? false;
  // All apps of the protocol have the same secrets.
  return [
    ...here.profiles.filter(() => takes('pusher')),
    ...here.services.filter(({ provider }) => takes(provider)),
  ];
}

/** A secret that was found. In a bundle there may be several of a field. */
export interface FoundSecret {
  /** Within its app. */
  readonly id: string;
  readonly fieldId: string;
  readonly fingerprint: string;
  /** Its place among a bundle's versions. Null: the one secret of its field. */
  readonly version: number | null;
  readonly slot: Slot;
  readonly label: string | null;
  readonly key: string | null;
}

export function secretsOf({ fields, versions }: PreviewedApp): readonly FoundSecret[] {
  if (versions) {
    return versions.map((found, version) => ({ ...found, version, id: `${found.fieldId} ${version}` }));
  }
  return fields.flatMap((field) =>
    field.isSecret
      ? [{ ...field, id: field.fieldId, version: null, slot: 'current', label: null, key: null } as const]
      : [],
  );
}

export type SecretFate =
  | { readonly kind: 'present'; readonly slot: Slot }
  /** Beside one that is in its place. */
  | { readonly kind: 'beside' }
  | { readonly kind: 'new' };

export function fateOf(
  { fieldId, fingerprint, slot, key }: Pick<FoundSecret, 'fieldId' | 'fingerprint' | 'slot' | 'key'>,
  credentials: readonly Credential[],
): SecretFate {
  const here = credentials.filter(({ kind }) => kind === fieldId);
  const same = here.filter(
    (credential) => credential.fingerprint === fingerprint && (key === null || credential.key === key),
  );
  const found = same.find((credential) => credential.slot === slot) ?? same[0];
  if (found) return { kind: 'present', slot: found.slot };
  const hasRoom = slot === 'extra' || slot === 'revoked';
  return { kind: !hasRoom && here.some((each) => each.slot === slot) ? 'beside' : 'new' };
}

/** Fields that are asked for and not answered yet. For what is here already nothing is asked. */
export function unanswered({ asks }: PreviewedApp, { into, given }: AppChoice): readonly string[] {
  return into === null ? asks.filter((fieldId) => (given[fieldId] ?? '').trim() === '') : [];
}

export function nameProblem(name: string): string | undefined {
  if (name.trim() === '') return 'Enter a name: it is how you find it here.';
  return name.trim().length > 80 ? 'At most 80 characters fit.' : undefined;
}

/** The first of the chosen apps that can't be sent as it is. */
export function firstIncomplete(apps: readonly PreviewedApp[], choices: Choices): number | undefined {
  return apps.find((app) => {
    const choice = choices[app.index];
    if (!choice?.isChosen) return false;
    return (
      unanswered(app, choice).length > 0 || (choice.into === null && nameProblem(choice.name) !== undefined)
    );
  })?.index;
}

/** Secrets that will be added: those that are in the chosen app already stay as they are. */
export function countChosen(
  apps: readonly PreviewedApp[],
  choices: Choices,
): { apps: number; secrets: number } {
  const chosen = apps.flatMap((app) => {
    const choice = choices[app.index];
    if (!choice?.isChosen) return [];
    const added = secretsOf(app).filter(
      (secret) => !choice.leftOut.includes(secret.id) && !isThere(secret, app, choice),
    );
    return [added.length];
  });
  return { apps: chosen.length, secrets: chosen.reduce((sum, count) => sum + count, 0) };
}

function isThere(
  { fieldId, version }: FoundSecret,
  { existing }: PreviewedApp,
  { into }: AppChoice,
): boolean {
  return existing.some(
    (each) =>
      each.fieldId === fieldId && each.version === version && each.slot !== null && each.profileId === into,
  );
}

export function toApply({ importId, apps }: ImportPreview, choices: Choices): CallInput<'imports.apply'> {
  return {
    importId,
    apps: apps.flatMap((app) => {
      const choice = choices[app.index];
      if (!choice?.isChosen) return [];
      const { name, environment, into, given, leftOut, defaults } = choice;
      return [
        {
          index: app.index,
          // Of what is here already the name stays; the call wants one all the same.
          name: into === null ? name.trim() : app.name,
          environment,
          into,
          given: app.asks.flatMap((fieldId) => {
            const value = (given[fieldId] ?? '').trim();
            return into === null && value !== '' ? [{ fieldId, value }] : [];
          }),
          secrets: secretsOf(app).flatMap(({ id, fieldId, version }) =>
            leftOut.includes(id) ? [] : [{ fieldId, version, isDefault: defaults.includes(id) }],
          ),
        },
      ];
    }),
  };
}
