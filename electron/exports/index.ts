/** Exports as the main side forms them: of what is public, and of the names of secrets, which the vault process fills in. */
import type { CallOutput, CallParsedInput } from '#shared/contract/index.ts';
import type { Profile, Service } from '#shared/contract/profiles.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { type UserFiles, writeUserFile } from '../user-files/index.ts';
import type { EnteredValue } from '../vault/index.ts';
import {
  type AppToBundle,
  authSnippet,
  authSnippetKinds,
  clientSnippet,
  clientSnippetKindsFor,
  type EnvTarget,
  type ExportApp,
  envPlan,
  envTargetLabel,
  envTargetsFor,
  exportAppOf,
  exportServiceOf,
  locationOf,
  redactedDescription,
  type Snippet,
  usualEnvTarget,
  type Vault,
} from '../vault/index.ts';

export interface ExportsOptions {
  readonly vault: Pick<Vault, 'credentials' | 'exportSecrets'>;
  readonly profiles: {
    find(profileId: string): Profile | undefined;
    findService(profileId: string): Service | undefined;
  };
  readonly files: Pick<UserFiles, 'writing'>;
}

type Place = { readonly path: string; readonly overwrite: boolean };

/** In the place of a value, where only its being there matters. */
const placeholder = 'x';

export class Exports {
  readonly #vault: ExportsOptions['vault'];
  readonly #profiles: ExportsOptions['profiles'];
  readonly #files: ExportsOptions['files'];

  constructor({ vault, profiles, files }: ExportsOptions) {
    this.#vault = vault;
    this.#profiles = profiles;
    this.#files = files;
  }

  describe(profileId: string): CallOutput<'exports.describe'> {
    const { app, hasChannels } = this.#find(profileId);
    return {
      targets: envTargetsFor(app).map((target) => {
        const { variables, secrets } = this.#plan(profileId, target);
        return { target, label: envTargetLabel(target), variables, secrets };
      }),
      usual: usualEnvTarget(app),
      hasSnippets: hasChannels,
    };
  }

  /** @throws AppError `not_found`; `invalid_input` for a service, which has no channels */
  snippets(profileId: string): CallOutput<'exports.snippets'> {
    const { app, hasChannels } = this.#find(profileId);
    if (!hasChannels) throw new AppError('invalid_input', 'A service has no channels to write code for.');
    const isEncrypted = this.#current(profileId).some(({ kind }) => kind === 'masterKey');
    const options = { location: locationOf(app), isEncrypted };
    return {
      clients: clientSnippetKindsFor(options).map((kind) => ({
        kind,
        ...described(clientSnippet(kind, options)),
      })),
      endpoints: authSnippetKinds.map((kind) => ({ kind, ...described(authSnippet(kind, options)) })),
    };
  }

  async writeEnv(
    { profileId, target }: Pick<CallParsedInput<'exports.writeEnv'>, 'profileId' | 'target'>,
    place: Place,
  ): Promise<CallOutput<'exports.writeEnv'>> {
    const { app, secrets } = this.#plan(profileId, target);
    const order = {
      form: 'env',
      app,
      target,
      secrets: secrets.map(({ kind, credentialId }) => ({ field: kind, credentialId })),
    } as const;
    const { variables, notes, mayBeLost } = await this.#files.writing(place, (file) =>
      this.#vault.exportSecrets(order, file),
    );
    return { path: place.path, variables: [...variables], notes: [...notes], mayBeLost };
  }

  describeBundle(profileIds: readonly string[]): CallOutput<'exports.describeBundle'> {
    return { secrets: secretsIn(this.#toBundle(profileIds)) };
  }

  async writeBundle(
    profileIds: readonly string[],
    passphrase: EnteredValue,
    place: Place,
  ): Promise<CallOutput<'exports.writeBundle'>> {
    const apps = this.#toBundle(profileIds);
    const { mayBeLost } = await this.#files.writing(place, (file) =>
      this.#vault.exportSecrets({ form: 'bundle', apps, passphrase }, file),
    );
    return { path: place.path, secrets: secretsIn(apps), mayBeLost };
  }

  redacted(profileIds: readonly string[]): string {
    return redactedDescription(
      unique(profileIds).map((profileId) => {
        const { app } = this.#find(profileId);
        return withPlaceholders(app, this.#current(profileId));
      }),
    );
  }

  async writeRedacted(
    profileIds: readonly string[],
    place: Place,
  ): Promise<CallOutput<'exports.writeRedacted'>> {
    const text = this.redacted(profileIds);
    const { mayBeLost } = await this.#files.writing(place, (file) =>
      writeUserFile(file, (handle) => handle.writeFile(text)),
    );
    return { path: place.path, mayBeLost };
  }

  /** An app's variables by name, and the secrets among them. */
  #plan(profileId: string, target: EnvTarget) {
    const { app: found } = this.#find(profileId);
    const current = this.#current(profileId);
    // The key that the secret belongs to, which the profile's may no longer be: a pair that does not match signs nothing.
    const key = current.find(({ kind }) => kind === 'secret')?.key;
    const app: ExportApp = key ? { ...found, fields: { ...found.fields, key } } : found;
    const plan = envPlan(withPlaceholders(app, current), target);
    const isUsed = ({ kind }: Credential) => plan.some(({ field }) => field === kind);
    const secrets = current.filter(isUsed);
    const variables = plan.map(({ variable, field }) => ({
      name: variable,
      isSecret: secrets.some(({ kind }) => kind === field),
    }));
    return { app, variables, secrets };
  }

  #toBundle(profileIds: readonly string[]): AppToBundle[] {
    return unique(profileIds).map((profileId) => {
      const { app, profile } = this.#find(profileId);
      return {
        ...app,
        environment: profile.environment,
        ...('fields' in profile ? { publicFields: profile.fields } : {}),
        secrets: this.#vault.credentials(profileId).map(({ kind, slot, label, key, credentialId }) => ({
          field: kind as AppToBundle['secrets'][number]['field'],
          slot,
          label,
          key,
          credentialId,
        })),
      };
    });
  }

  #current(profileId: string): readonly Credential[] {
    return this.#vault.credentials(profileId).filter(({ slot }) => slot === 'current');
  }

  #find(profileId: string) {
    const profile = this.#profiles.find(profileId);
    if (profile) return { profile, app: exportAppOf(profile), hasChannels: true };
    const service = this.#profiles.findService(profileId);
    if (service) return { profile: service, app: exportServiceOf(service), hasChannels: false };
    throw new AppError('not_found', 'This app is no longer in Latchkey.');
  }
}

function withPlaceholders(app: ExportApp, credentials: readonly Credential[]): ExportApp {
  const secrets = Object.fromEntries(credentials.map(({ kind }) => [kind, placeholder]));
  return { ...app, fields: { ...app.fields, ...secrets } };
}

function secretsIn(apps: readonly AppToBundle[]): number {
  return apps.reduce((count, { secrets }) => count + secrets.length, 0);
}

function described({ label, packages, files }: Snippet) {
  return { label, packages: [...packages], files: files.map((file) => ({ ...file })) };
}

function unique(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}
