/**
 * Imports on the main side: what is here already, and what is made of what the vault process found. No value of a secret
 * is ever here: the vault process takes them from the import by their place in it.
 */

import type { FileTold, FoundApp, ImportedApp, ImportPreview } from '#shared/contract/imports.ts';
import type { CallOutput, CallParsedInput } from '#shared/contract/index.ts';
import type { Profile, Service } from '#shared/contract/profiles.ts';
import type { Credential, Slot } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { Profiles } from '../profiles/index.ts';
import type { ImportSource, Vault } from '../vault/index.ts';
import { completed, profileOf } from './found-app.ts';

export interface ImportsOptions {
  readonly vault: Pick<
    Vault,
    'openImport' | 'enterImported' | 'dropImport' | 'noteImported' | 'credentials' | 'changed'
  >;
  readonly profiles: Pick<Profiles, 'all' | 'find' | 'findService' | 'save' | 'saveService'>;
  /** As the contract's `vault.moveSecret`: a pair that becomes the current one brings its key along. */
  moveSecret(input: { readonly credentialId: string; readonly slot: Slot }): Credential;
  /** Then the versions of the key are the rotation's. */
  isRotating(profileId: string, kind: string): boolean;
  /** For the log: the vault process could not be told to forget an import. It does so by itself in time. */
  onProblem(error: unknown): void;
}

type Chosen = CallParsedInput<'imports.apply'>['apps'][number];
type ToldSecret = ImportedApp['secrets'][number];
type ToldFailure = NonNullable<ImportedApp['failure']>;

interface Held {
  readonly importId: string;
  readonly told: FileTold;
  /** What was made of an app, by its index: asked again, nothing is made twice. */
  readonly made: Map<number, string>;
  /** By credential: which secret of the import it is. A bundle may have the same one twice, in two slots. */
  readonly entered: Map<string, string>;
}

/** A secret of the file, and where it was. */
interface FoundSecret {
  readonly fieldId: string;
  readonly version: number | null;
  readonly slot: Slot;
  readonly label: string | null;
  readonly key: string | null;
  readonly fingerprint: string;
}

/** The public fields by which something is known to its provider. */
const identifying = ['key', 'appKey', 'appGuid'];

export class Imports {
  readonly #options: ImportsOptions;
  #held: Held | undefined;
  #isApplying = false;

  constructor(options: ImportsOptions) {
    this.#options = options;
    options.vault.changed.add(({ state }) => {
      if (state !== 'unlocked' && state !== 'waiting') this.#held = undefined;
    });
  }

  async open(source: ImportSource): Promise<ImportPreview> {
    this.#requireIdle();
    const { importId, told } = await this.#options.vault.openImport(source);
    this.#held = { importId, told, made: new Map(), entered: new Map() };
    const known = this.#options.profiles.all();
    const everything = [...known.profiles, ...known.services];
    const credentials = new Map(
      everything.map(({ profileId }) => [profileId, this.#options.vault.credentials(profileId)]),
    );
    return {
      importId,
      format: told.format,
      apps: told.apps.map((app) => {
        const { asks, assumed } = completed(app);
        return {
          ...app,
          existing: existingIn(app, everything, credentials),
          asks: [...asks],
          assumed: [...assumed],
        };
      }),
      problems: told.problems,
      unrecognised: told.unrecognised,
    };
  }

  async apply(
    { importId, apps }: CallParsedInput<'imports.apply'>,
    signal: AbortSignal,
  ): Promise<CallOutput<'imports.apply'>> {
    this.#requireIdle();
    const held = this.#require(importId);
    if (new Set(apps.map(({ index }) => index)).size < apps.length) {
      throw new AppError('invalid_input', 'The same app was chosen twice.');
    }
    this.#isApplying = true;
    const told: ImportedApp[] = [];
    try {
      for (const chosen of apps) {
        signal.throwIfAborted();
        told.push(await this.#applyOne(held, chosen));
      }
    } finally {
      this.#isApplying = false;
      const count = told.flatMap(({ secrets }) =>
        secrets.filter(({ outcome }) => outcome === 'entered'),
      ).length;
      if (count > 0) this.#options.vault.noteImported(count);
    }
    if (told.every(isWhole)) this.drop(importId);
    return { apps: told };
  }

  drop(importId: string): void {
    if (this.#held?.importId === importId) this.#held = undefined;
    this.#options.vault.dropImport(importId).catch((error: unknown) => this.#options.onProblem(error));
  }

  async #applyOne(held: Held, chosen: Chosen): Promise<ImportedApp> {
    const { index, name, into } = chosen;
    const app = held.told.apps[index];
    const made = held.made.get(index);
    const isNew = into === null;
    try {
      if (!app) throw new AppError('not_found', 'The file has no such app.');
      const target = this.#target(app, chosen, made);
      if (isNew) held.made.set(index, target.profileId);
      const secrets: ToldSecret[] = [];
      for (const secret of chosen.secrets) {
        secrets.push(await this.#enter(held, app, target.profileId, { ...secret, isNew }));
      }
      return { index, name: target.name, profileId: target.profileId, isNew, failure: null, secrets };
    } catch (error) {
      return { index, name, profileId: null, isNew, failure: failureOf(error), secrets: [] };
    }
  }

  #target(
    app: FoundApp,
    { into, name, environment, given }: Chosen,
    made: string | undefined,
  ): Profile | Service {
    const { profiles } = this.#options;
    const there = into ?? made;
    const found = there === undefined ? undefined : (profiles.find(there) ?? profiles.findService(there));
    if (found) return found;
    if (into !== null) throw new AppError('not_found', 'This app is no longer in Latchkey.');
    const profile = profileOf(app, { name, environment }, given);
    return profile.kind === 'app' ? profiles.save(profile.input) : profiles.saveService(profile.input);
  }

  async #enter(
    { importId, entered }: Held,
    app: FoundApp,
    profileId: string,
    { fieldId, version = null, isDefault, isNew }: Chosen['secrets'][number] & { readonly isNew: boolean },
  ): Promise<ToldSecret> {
    const { vault, profiles, moveSecret } = this.#options;
    const told = (outcome: ToldSecret['outcome'], slot: Slot | null, failure: ToldFailure | null = null) => ({
      fieldId,
      version,
      outcome,
      slot,
      failure,
    });
    try {
      const found = secretsIn(app).find((each) => each.fieldId === fieldId && each.version === version);
      if (!found) throw new AppError('not_found', 'The file has no such secret.');
      const id = `${app.index} ${fieldId} ${version}`;
      const here = vault.credentials(profileId).filter(({ kind }) => kind === fieldId);
      const same = sameIn(here, found, (credentialId) => (entered.get(credentialId) ?? id) === id);
      if (same) {
        entered.set(same.credentialId, id);
        return told('present', same.slot);
      }
      const appKey = () => profiles.find(profileId)?.key;
      const key = fieldId === 'secret' ? (found.key ?? keyOf(app) ?? appKey()) : undefined;
      // What is restored has the keys that it had, whatever the app's is.
      const isOwnKey = () => key === undefined || key === appKey() || (isNew && version !== null);
      const credential = await vault.enterImported(
        { profileId, kind: fieldId, key, label: found.label ?? undefined },
        { importId, index: app.index, fieldId, version },
        () => this.#slotFor(profileId, found, isOwnKey()),
      );
      entered.set(credential.credentialId, id);
      if (!isDefault || credential.slot === 'current') return told('entered', credential.slot);
      try {
        const moved = moveSecret({ credentialId: credential.credentialId, slot: 'current' });
        return told('entered', moved.slot);
      } catch (error) {
        return told('entered', credential.slot, failureOf(error));
      }
    } catch (error) {
      return told('failed', null, failureOf(error));
    }
  }

  /** Its own, where that is free: nothing is replaced, and nothing is put into a rotation's hands. */
  #slotFor(profileId: string, { fieldId, slot }: FoundSecret, isOwnKey: boolean): Slot {
    if (slot !== 'current' && slot !== 'next' && slot !== 'previous') return slot;
    const here = this.#options.vault.credentials(profileId);
    const isTaken = here.some((credential) => credential.kind === fieldId && credential.slot === slot);
    const isFree = slot === 'current' ? isOwnKey : !this.#options.isRotating(profileId, fieldId);
    return !isTaken && isFree ? slot : 'extra';
  }

  #require(importId: string): Held {
    if (this.#held?.importId === importId) return this.#held;
    throw new AppError('not_found', 'What was read from the file is no longer here.', {
      hint: 'It is kept for five minutes, until the vault is locked. Open the file again.',
    });
  }

  #requireIdle(): void {
    if (!this.#isApplying) return;
    throw new AppError('conflict', 'An import is under way.', {
      hint: 'Wait until it is done, and try again.',
      retryable: true,
    });
  }
}

function isWhole({ failure, secrets }: ImportedApp): boolean {
  return failure === null && secrets.every((secret) => secret.failure === null);
}

/** Of a bundle every one, of any other file the one that a field has. */
function secretsIn({ fields, versions }: FoundApp): FoundSecret[] {
  if (versions) return versions.map((each, version) => ({ ...each, version }));
  return fields.flatMap((field) =>
    field.isSecret ? [{ ...field, version: null, slot: 'current' as const, label: null, key: null }] : [],
  );
}

/** The very secret, in the slot that it had if there are several. In a bundle a secret with another key is another one. */
function sameIn(
  credentials: readonly Credential[],
  { fieldId, fingerprint, version, slot, key }: FoundSecret,
  isFree: (credentialId: string) => boolean = () => true,
): Credential | undefined {
  const same = credentials.filter(
    (each) =>
      each.kind === fieldId &&
      each.fingerprint === fingerprint &&
      (version === null || key === null || each.key === key) &&
      isFree(each.credentialId),
  );
  return same.find((each) => each.slot === slot) ?? same[0];
}

function keyOf({ fields }: FoundApp): string | undefined {
  const field = fields.find(({ fieldId }) => fieldId === 'key');
  return field && !field.isSecret ? (field.value ?? undefined) : undefined;
}

type Existing = ImportPreview['apps'][number]['existing'][number];

function existingIn(
  app: FoundApp,
  everything: readonly (Profile | Service)[],
  credentials: ReadonlyMap<string, readonly Credential[]>,
): Existing[] {
  return everything.flatMap((there) => {
    const { profileId, name } = there;
    const known = app.fields.flatMap((field): Existing[] => {
      const { fieldId } = field;
      if (field.isSecret || !identifying.includes(fieldId) || field.value === null) return [];
      return field.value === publicOf(there, fieldId)
        ? [{ fieldId, profileId, name, slot: null, version: null }]
        : [];
    });
    const here = credentials.get(profileId) ?? [];
    const taken = new Set<string>();
    const secrets = secretsIn(app).flatMap((found): Existing[] => {
      const { fieldId, version } = found;
      const same = sameIn(here, found, (credentialId) => !taken.has(credentialId));
      if (!same) return [];
      taken.add(same.credentialId);
      return [{ fieldId, profileId, name, slot: same.slot, version }];
    });
    return [...known, ...secrets];
  });
}

function publicOf(there: Profile | Service, fieldId: string): string | undefined {
  if ('provider' in there) return there.fields.find((field) => field.fieldId === fieldId)?.value;
  return fieldId === 'key' ? there.key : undefined;
}

function failureOf(error: unknown): ToldFailure {
  if (!(error instanceof AppError) || error.code === 'internal') throw error;
  const { code, message, hint = null } = error;
  return { code, message, hint };
}
