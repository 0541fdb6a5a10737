/** What the `latchkey` command may ask, answered by whoever owns the data folder: the app, or the command itself. */
import type { Diagnosis } from '#shared/contract/doctor.ts';
import type { Profile, Service } from '#shared/contract/profiles.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { clusterEndpoints, type Dialect } from '#shared/protocol/dialects.ts';
import type { AnswerOf, CommandHandlers, RequestOf } from '../ownership/index.ts';
import type { ProviderId } from '../providers/index.ts';
import {
  type EnvStyle,
  type EnvTarget,
  type ExportApp,
  envTargets,
  envTargetsFor,
  envVariables,
  exportAppOf,
  exportServiceOf,
  usualEnvTarget,
  type Vault,
} from '../vault/index.ts';
import { chosenApp } from './app-choice.ts';

export interface CommandsOptions {
  readonly profiles: {
    all(): { readonly profiles: readonly Profile[]; readonly services: readonly Service[] };
    providerOf(profileId: string): ProviderId;
  };
  readonly vault: Pick<
    Vault,
    | 'formEnvText'
    | 'formVariables'
    | 'lock'
    | 'signChannel'
    | 'signRequest'
    | 'signUser'
    | 'status'
    | 'unlock'
  >;
  readonly credentials: (profileId: string) => readonly Credential[];
  /** The doctor's, of an app or a service. */
  readonly check: (input: {
    readonly profileId: string;
    readonly elsewhere: boolean;
    readonly signal: AbortSignal;
  }) => Promise<Diagnosis[]>;
}

/** Less than what the caller waits for an answer. */
const checkLimitMs = 55_000;

interface Listed {
  readonly profileId: string;
  readonly name: string;
  readonly environment: Profile['environment'];
  readonly dialect: Dialect | null;
  readonly key: string | null;
  readonly exported: ExportApp;
}

export function createCommands({ profiles, vault, credentials, check }: CommandsOptions): CommandHandlers {
  /** Apps and services alike. */
  const everything = (): readonly Listed[] => {
    const all = profiles.all();
    return [
      ...all.profiles.map((profile) => ({ ...profile, exported: exportAppOf(profile) })),
      ...all.services.map((service) => ({
        ...service,
        dialect: null,
        key: null,
        exported: exportServiceOf(service),
      })),
    ];
  };
  const pairOf = (profileId: string, pair: string | undefined) =>
    pair === undefined ? {} : { credentialId: chosenPair(credentials(profileId), pair).credentialId };
  const vaultState = (): AnswerOf<'vaultStatus'> => {
    const { state, store, isKeychainSealed } = vault.status;
    const wantsPassphrase = store === 'file' || (store === 'keychain' && isKeychainSealed);
    return { type: 'vault', state, store, wantsPassphrase };
  };
  const environmentOf = ({
    app: choice,
    pair,
    format,
  }: Pick<RequestOf<'formEnvText'>, 'app' | 'pair' | 'format'>) => {
    const { profileId, exported: app } = chosenApp(everything(), choice);
    return { profileId, app, ...pairOf(profileId, pair), ...readFormat(format, app) };
  };
  const signerOf = ({ app, pair }: Pick<RequestOf<'signUser'>, 'app' | 'pair'>) => {
    const { profileId } = chosenApp(profiles.all().profiles, app);
    return { profileId, ...pairOf(profileId, pair) };
  };

  return {
    listApps: () => ({
      type: 'apps',
      apps: everything().map(({ profileId, name, environment, dialect, key }) => {
        const known = credentials(profileId).map((each) => ({
          kind: each.kind,
          slot: each.slot,
          label: each.label,
          key: each.key,
          lastFour: each.lastFour,
        }));
        const provider = profiles.providerOf(profileId);
        return { profileId, name, environment, provider, dialect, key, credentials: known };
      }),
    }),
    listVariables: (request) => {
      const { profileId, app, target } = environmentOf(request);
      const names = envVariables(withPlaceholders(app, credentials(profileId)), target);
      return { type: 'names', names: names.map(({ variable }) => variable) };
    },
    formVariables: async ({ program, ...request }) => {
      const { style, ...environment } = environmentOf(request);
      if (style !== 'dotenv') {
        throw new AppError('invalid_input', 'A command’s environment is neither of a shell nor of JSON.', {
          hint: `Choose a framework: ${envTargetsFor(environment.app).join(', ')}.`,
        });
      }
      return { type: 'variables', variables: [...(await vault.formVariables({ ...environment, program }))] };
    },
    formEnvText: async (request) => {
      const { text, notes } = await vault.formEnvText(environmentOf(request));
      return { type: 'text', text, notes: [...notes] };
    },
    signChannel: async ({ app, pair, socketId, channel, channelData }) => {
      const { auth } = await vault.signChannel({
        ...signerOf({ app, pair }),
        socketId,
        channel,
        channelData,
      });
      return { type: 'signature', auth };
    },
    signUser: async ({ app, pair, socketId, userData }) => {
      const { auth } = await vault.signUser({ ...signerOf({ app, pair }), socketId, userData });
      return { type: 'signature', auth };
    },
    signRequest: async ({ app, pair, method, path: below, query, bodyMd5 }) => {
      const { appId, location } = chosenApp(profiles.all().profiles, app);
      const {
        host,
        port,
        tls,
        path: prefix,
      } = location.kind === 'cluster' ? clusterEndpoints(location.cluster).http : location.http;
      const path = below.startsWith('/apps/') ? below : `/apps/${appId}${below}`;
      const signed = await vault.signRequest({ ...signerOf({ app, pair }), method, path, query, bodyMd5 });
      // A server behind a path prefix checks the signature without it.
      const url = `${tls ? 'https' : 'http'}://${host}:${port}${prefix}${path}?${signed.query}`;
      return { type: 'request', url, query: signed.query };
    },
    checkCredentials: async ({ app, elsewhere }) => {
      const { profileId } = chosenApp(everything(), app);
      const signal = AbortSignal.timeout(checkLimitMs);
      try {
        return { type: 'diagnoses', diagnoses: await check({ profileId, elsewhere, signal }) };
      } catch (error) {
        if (!signal.aborted) throw error;
        throw new AppError('offline', 'The provider took too long to answer.', { hint: 'Try again.' });
      }
    },
    vaultStatus: vaultState,
    lockVault: ({ forget }) => {
      vault.lock({ forget });
      return vaultState();
    },
    unlockVault: async ({ passphrase }) => {
      await vault.unlock(passphrase === undefined ? undefined : { value: passphrase });
      return vaultState();
    },
  };
}

function readFormat(
  format: string | undefined,
  app: ExportApp,
): { readonly target: EnvTarget; readonly style: EnvStyle } {
  const usual = usualEnvTarget(app);
  if (format === undefined) return { target: usual, style: 'dotenv' };
  if (format === 'shell' || format === 'json') return { target: usual, style: format };
  const target = envTargets.find((each) => each === format);
  if (target !== undefined) return { target, style: 'dotenv' };
  throw new AppError('invalid_input', 'There is no such format.', {
    hint: `For this one there are: ${[...envTargetsFor(app), 'shell', 'json'].join(', ')}.`,
  });
}

/** For the names of its variables: which of them there are depends on which secrets it has. */
function withPlaceholders(app: ExportApp, credentials: readonly Credential[]): ExportApp {
  const secrets = credentials.filter(({ slot }) => slot === 'current').map(({ kind }) => [kind, 'x']);
  return { ...app, fields: { ...app.fields, ...Object.fromEntries(secrets) } };
}

/** @throws AppError `not_found`, `conflict` */
function chosenPair(credentials: readonly Credential[], pair: string): Credential {
  const pairs = credentials.filter(({ kind, slot }) => kind === 'secret' && slot !== 'revoked');
  const found = pairs.filter(({ label, key }) => label === pair || key === pair);
  const [first] = found;
  if (first && found.length === 1) return first;
  const names = pairs.map(({ label, key, slot }) => `${label ?? key} (${slot})`).join(', ');
  throw first
    ? new AppError('conflict', `${found.length} pairs have that label or key.`, {
        hint: 'Give them labels of their own under “Keys & rotation”.',
      })
    : new AppError('not_found', 'There is no such pair.', {
        hint: names === '' ? 'The app has none.' : `There are: ${names}.`,
      });
}
