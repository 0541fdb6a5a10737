/** Publishes test events, encrypted where the channel wants it, and says what the answer means. */
import type { Profile } from '#shared/contract/profiles.ts';
import type { PublishAnswer } from '#shared/contract/publishing.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { channelNameProblem, isEncrypted } from '#shared/protocol/channels.ts';
import { apiStatusMeaning } from '#shared/protocol/codes.ts';
import { dialectFacts } from '#shared/protocol/dialects.ts';
import { eventNameProblem } from '#shared/protocol/events.ts';
import { utf8SizeBytes } from '#shared/protocol/limits.ts';
import type { ApiAnswer, HttpApi } from '../http-api/index.ts';

export interface PublishInput {
  readonly channel: string;
  readonly event: string;
  readonly data: string;
  /** The app's name, for production. */
  readonly confirmation?: string | undefined;
  /** The pair that signs, if not the current one. */
  readonly credentialId?: string | undefined;
}

export interface Encrypter {
  encrypt(input: {
    profileId: string;
    channel: string;
    plaintext: string;
  }): Promise<{ nonce: string; ciphertext: string }>;
}

/** Own events are recognised for as long as this many others have not followed. */
const rememberedNonces = 10_000;

export class Publisher {
  readonly #api: HttpApi;
  readonly #encrypter: Encrypter;
  readonly #ownNonces = new Set<string>();

  constructor(api: HttpApi, encrypter: Encrypter) {
    this.#api = api;
    this.#encrypter = encrypter;
  }

  async publish(profile: Profile, input: PublishInput, signal: AbortSignal): Promise<PublishAnswer> {
    refuseBadNames(input);
    if (profile.environment === 'production' && input.confirmation !== profile.name) {
      throw new AppError('confirmation_required', `${profile.name} is a production app.`, {
        hint: `Type “${profile.name}” to publish to it.`,
      });
    }
    const encrypted = isEncrypted(input.channel);
    const data = encrypted ? await this.#encrypt(profile, input) : input.data;
    const sent = { isEncrypted: encrypted, dataSizeBytes: utf8SizeBytes(data) };
    const body = JSON.stringify({ name: input.event, channels: [input.channel], data });
    try {
      const { credentialId } = input;
      const answer = await this.#api.request({
        profile,
        method: 'POST',
        path: '/events',
        body,
        credentialId,
        signal,
      });
      return { ...sent, ...explain(profile, answer, sent.dataSizeBytes) };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'offline') throw error;
      return {
        ...sent,
        isAccepted: false,
        status: null,
        meaning: error.message,
        hint: error.hint ?? null,
        answer: '',
        durationMs: 0,
      };
    }
  }

  /** An encrypted event's data that this app made itself, in this run. */
  isPublishedHere(data: string): boolean {
    const nonce = nonceOf(data);
    return nonce !== undefined && this.#ownNonces.has(nonce);
  }

  async #encrypt({ profileId }: Profile, { channel, data }: PublishInput): Promise<string> {
    const encrypted = await this.#encrypter.encrypt({ profileId, channel, plaintext: data });
    const [oldest] = this.#ownNonces;
    if (this.#ownNonces.size >= rememberedNonces && oldest !== undefined) this.#ownNonces.delete(oldest);
    this.#ownNonces.add(encrypted.nonce);
    return JSON.stringify(encrypted);
  }
}

function nonceOf(data: string): string | undefined {
  return /"nonce":"([^"]+)"/.exec(data)?.[1];
}

function refuseBadNames(input: PublishInput): void {
  const problems = [channelNameProblem(input.channel, 'publish'), eventNameProblem(input.event)];
  const error = problems.find((problem) => problem?.severity === 'error');
  if (error) throw new AppError('invalid_input', error.message);
}

function explain(
  profile: Profile,
  answer: ApiAnswer,
  dataSizeBytes: number,
): Pick<PublishAnswer, 'isAccepted' | 'status' | 'meaning' | 'hint' | 'answer' | 'durationMs'> {
  const { status, text, durationMs } = answer;
  return {
    isAccepted: status === 200,
    status,
    meaning: apiStatusMeaning(status) ?? `The server answered ${status}, which the protocol does not define.`,
    hint: hintFor(profile, status, dataSizeBytes),
    answer: text,
    durationMs,
  };
}

function hintFor(profile: Profile, status: number, dataSizeBytes: number): string | null {
  const facts = dialectFacts[profile.dialect];
  switch (status) {
    case 401: {
      const clock = facts.timestampWindowSeconds
        ? ` and that this machine’s clock is right: requests older than ${facts.timestampWindowSeconds} s are refused`
        : '';
      return `Check the key and secret under Keys & rotation, the app id${clock}.`;
    }
    case 404:
      return 'Check the app id, the cluster or host, and the path prefix.';
    case 413:
      return `The data has ${dataSizeBytes} bytes as sent; ${facts.label} accepts ${facts.eventDataLimitBytes} by default.`;
    default:
      return null;
  }
}
