/** The credential doctor: what there is to check of an app or a service, in turn. It changes nothing and never publishes. */
import type { Diagnosis } from '#shared/contract/doctor.ts';
import type { Profile, Service } from '#shared/contract/profiles.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { HttpApi } from '../http-api/index.ts';
import { findProvider } from '../providers/index.ts';
import type { Decryption } from '../vault/index.ts';
import {
  type CapturedEvent,
  capturedLimit,
  concludeCaptured,
  concludeCapturedOfAll,
  type TriedEvents,
} from './captured.ts';
import { type ClusterPlaces, type GatherOptions, gatherChannels, hostedClusters } from './channels.ts';
import { concludeChannels } from './conclude-channels.ts';
import { concludeService } from './conclude-service.ts';
import type { Outcome } from './conclusion.ts';
import { asChecked, type CheckedService, type CheckService, checkOf, gatherService } from './services.ts';

export interface DoctorOptions {
  readonly api: HttpApi;
  readonly checkService: CheckService;
  credentials(profileId: string): readonly Credential[];
  /** Events of encrypted channels, newest first. */
  recentEncrypted(
    profileId: string,
    query: { readonly sinceMs: number; readonly limit: number },
  ): Promise<readonly CapturedEvent[]>;
  decryptWith(
    credentialId: string,
    items: readonly { readonly channel: string; readonly data: string }[],
  ): Promise<readonly Decryption[]>;
  /** Latchkey's own test events say nothing about the servers. */
  isPublishedHere(data: string): boolean;
  /** For a master key that stands alone: whose events to try it on. */
  apps(): readonly { readonly profileId: string; readonly appName: string }[];
  onProgress(progress: { readonly profileId: string; readonly done: number; readonly of: number }): void;
  now?(): number;
  readonly clusters?: ClusterPlaces;
}

export interface CheckOptions {
  /** In place of all current ones. */
  readonly credentialId?: string | undefined;
  readonly elsewhere?: boolean | undefined;
  readonly signal: AbortSignal;
}

export class Doctor {
  readonly #options: DoctorOptions;
  readonly #now: () => number;

  constructor(options: DoctorOptions) {
    this.#options = options;
    this.#now = () => options.now?.() ?? Date.now();
  }

  /** @throws AppError `not_found`, `no_credential`, `cancelled`, and what the vault throws */
  async checkApp(app: Profile, options: CheckOptions): Promise<Diagnosis[]> {
    const { profileId } = app;
    const chosen = this.#chosen(profileId, options);
    const diagnoses: Diagnosis[] = [];
    const pairs = chosen.filter(({ kind }) => kind === 'secret');
    // Without a secret, the key can be looked at alone.
    for (const pair of pairs.length > 0 || options.credentialId ? pairs : [undefined]) {
      diagnoses.push(await this.#checkPair(app, pair, options));
    }
    for (const masterKey of chosen.filter(({ kind }) => kind === 'masterKey')) {
      const [events] = await this.#tryOnCaptured(masterKey, [{ profileId, appName: null }], options);
      if (events) diagnoses.push(this.#diagnosis(masterKeyLabel, masterKey, concludeCaptured(events)));
    }
    return diagnoses;
  }

  /** @throws AppError as `checkApp` */
  async checkService(saved: Service, options: CheckOptions): Promise<Diagnosis[]> {
    const service = asChecked(saved);
    const chosen = this.#chosen(service.profileId, options);
    if (chosen.length === 0) {
      throw new AppError(
        'no_credential',
        'None of its secrets is in the vault, so there is nothing to check.',
        {
          hint: 'Enter one first.',
        },
      );
    }
    const diagnoses: Diagnosis[] = [];
    for (const credential of chosen) {
      diagnoses.push(
        service.provider === 'master-key'
          ? this.#diagnosis(
              masterKeyLabel,
              credential,
              concludeCapturedOfAll(await this.#tryOnCaptured(credential, this.#options.apps(), options)),
            )
          : await this.#checkOfService(service, credential, options),
      );
    }
    return diagnoses;
  }

  /** The one that is named, or all that are current. */
  #chosen(profileId: string, { credentialId }: CheckOptions): readonly Credential[] {
    const all = this.#options.credentials(profileId);
    if (credentialId === undefined) return all.filter(({ slot }) => slot === 'current');
    const named = all.filter((credential) => credential.credentialId === credentialId);
    if (named.length > 0) return named;
    throw new AppError('not_found', 'This credential is no longer in Latchkey.');
  }

  async #checkPair(app: Profile, pair: Credential | undefined, options: CheckOptions): Promise<Diagnosis> {
    const { api, clusters = hostedClusters } = this.#options;
    const tools = { api, clusters, now: this.#now };
    const evidence = await gatherChannels(tools, app, pair, this.#gathering(app.profileId, options));
    return this.#diagnosis(pair ? 'Key and secret' : 'Key', pair, concludeChannels(evidence));
  }

  /** @param apps whose events to try it on; with their names where there may be several */
  async #tryOnCaptured(
    credential: Credential,
    apps: readonly { readonly profileId: string; readonly appName: string | null }[],
    { signal }: CheckOptions,
  ): Promise<TriedEvents[]> {
    const { recentEncrypted, isPublishedHere, decryptWith } = this.#options;
    const all: TriedEvents[] = [];
    for (const { profileId, appName } of apps) {
      const captured = await recentEncrypted(profileId, { sinceMs: 0, limit: capturedLimit });
      const events = captured.filter(({ data }) => !isPublishedHere(data));
      const items = events.map(({ channel, data }) => ({ channel, data }));
      const results = await decryptWith(credential.credentialId, items);
      if (signal.aborted) throw new AppError('cancelled', 'The check was cancelled.');
      const tried = events.flatMap((event, index) => {
        const result = results[index];
        return result ? [{ event, result }] : [];
      });
      all.push({ appName, tried });
    }
    return all;
  }

  async #checkOfService(
    service: CheckedService,
    credential: Credential,
    options: CheckOptions,
  ): Promise<Diagnosis> {
    const { fields } = findProvider(service.provider);
    const subject = fields.find(({ fieldId }) => fieldId === credential.kind)?.label ?? 'A secret';
    const check = checkOf(service, credential);
    if (!check) return this.#diagnosis(subject, credential, uncheckable());
    if (check.missing.length > 0)
      return this.#diagnosis(subject, credential, lacking(check.missing, check.limits));
    const evidence = await gatherService(service, credential, check, {
      ...this.#gathering(service.profileId, options),
      ask: this.#options.checkService,
    });
    return this.#diagnosis(subject, credential, concludeService(evidence));
  }

  #gathering(profileId: string, { elsewhere = false, signal }: CheckOptions): GatherOptions {
    return {
      elsewhere,
      signal,
      onProgress: (done, of) => this.#options.onProgress({ profileId, done, of }),
    };
  }

  #diagnosis(subject: string, credential: Credential | undefined, outcome: Outcome): Diagnosis {
    return { subject, credentialId: credential?.credentialId ?? null, ...outcome, at: this.#now() };
  }
}

const masterKeyLabel = 'Encryption master key';

const nothingTried = {
  verdict: 'unchecked',
  findings: [],
  serverSaid: null,
  clockOffsetMs: null,
  mayBeElsewhere: false,
  foundOnCluster: null,
} as const;

function uncheckable(): Outcome {
  return {
    ...nothingTried,
    findings: [],
    summary: 'The provider has no request that would show whether it is right and change nothing.',
    advice: 'Try it where it is used.',
    limits: null,
  };
}

function lacking(missing: readonly string[], limits: string | null): Outcome {
  return {
    ...nothingTried,
    findings: [],
    summary: `The check needs what is not filled in: ${missing.join(', ')}.`,
    advice: 'Fill it in, and check again.',
    limits,
  };
}
