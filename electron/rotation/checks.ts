/** The checks: each gathers evidence itself, changes nothing, and says what it tried and what came back. */
import { randomBytes } from 'node:crypto';
import type { Profile } from '#shared/contract/profiles.ts';
import type { Evidence } from '#shared/contract/rotation.ts';
import { type Credential, type Slot, slots } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { apiStatusMeaning } from '#shared/protocol/codes.ts';
import type { HttpApi } from '../http-api/index.ts';
import type { CheckName, RotationFacts } from './plan.ts';

/** One captured event of an encrypted channel. */
export interface CapturedEvent {
  readonly atMs: number;
  readonly channel: string;
  readonly data: string;
}

type Decrypted = { state: 'decrypted'; slot: Slot } | { state: 'closed'; why: string };

export interface CheckTools {
  readonly api: HttpApi;
  credentials(profileId: string): readonly Credential[];
  /** Newest first. */
  recentEncrypted(
    profileId: string,
    query: { sinceMs: number; limit: number },
  ): Promise<readonly CapturedEvent[]>;
  decryptBatch(
    profileId: string,
    items: readonly { channel: string; data: string }[],
  ): Promise<readonly Decrypted[]>;
  /** Latchkey's own test events say nothing about the servers. */
  isPublishedHere(data: string): boolean;
  now(): number;
}

export interface CheckContext {
  readonly profile: Profile;
  readonly facts: RotationFacts;
  readonly signal: AbortSignal;
}

type Finding = Omit<Evidence, 'at'>;

/** As many of the newest events as are looked at; `checks` says so when there are more. */
export const sampleLimit = 20_000;
/** As many as the vault process opens in one go, so that signing does not wait. */
const batchSize = 500;
/** Events that were on their way while the key was swapped are not held against it. */
const settlingMs = 1000;

const checks: Readonly<Record<CheckName, (tools: CheckTools, context: CheckContext) => Promise<Finding>>> = {
  async newPairIsAccepted(tools, context) {
    const pair = pairOf(tools, context, context.facts.newKey);
    if (!pair) return unknown('The new pair is not in the vault.');
    const status = await askReadOnly(tools, context, pair);
    if (status === 200) {
      return {
        outcome: 'holds',
        finding: 'A read-only request signed with the new pair was accepted (200).',
      };
    }
    return fails(`A read-only request signed with the new pair was answered ${statusInWords(status)}`);
  },

  async oldPairIsRefused(tools, context) {
    const [oldPair, newPair] = [
      pairOf(tools, context, context.facts.oldKey),
      pairOf(tools, context, context.facts.newKey),
    ];
    if (!oldPair || !newPair) return unknown('A pair is no longer in the vault, so it can’t be tried.');
    const status = await askReadOnly(tools, context, oldPair);
    if (status === 200) return fails('A read-only request signed with the old pair is still accepted (200).');
    if (status !== 401) {
      return unknown(`Neither accepted nor refused: the server answered ${statusInWords(status)}`);
    }
    // A server that refuses everybody (another app id, a clock that is off) has not refused the old pair.
    const control = await askReadOnly(tools, context, newPair);
    if (control !== 200) {
      return unknown(
        `The old pair was refused (401), but the new one was not accepted either: ${statusInWords(control)}`,
      );
    }
    return {
      outcome: 'holds',
      finding:
        'Of two read-only requests, the one signed with the old pair was refused (401), the other accepted (200).',
    };
  },

  async eventsOpenWithNewKey(tools, { profile, facts }) {
    const newSlot = facts.doneAt['use-here'] === undefined ? 'next' : 'current';
    const hasNewKey = tools
      .credentials(profile.profileId)
      .some(({ kind, slot }) => kind === 'masterKey' && slot === newSlot);
    if (!hasNewKey) {
      return unknown(
        'The new master key is no longer in the vault, so nothing can be tried with it. Enter it again.',
      );
    }
    const sinceMs = (facts.doneAt.deploy ?? tools.now()) + settlingMs;
    const captured = await tools.recentEncrypted(profile.profileId, { sinceMs, limit: sampleLimit });
    const events = captured.filter(({ data }) => !tools.isPublishedHere(data));
    const oldest = events.at(-1);
    if (!oldest) {
      return unknown(
        'No encrypted event of a server was captured since the key was deployed. Stay subscribed to an encrypted channel until each server has published to it.',
      );
    }
    const opened: Decrypted[] = [];
    for (let start = 0; start < events.length; start += batchSize) {
      const batch = events.slice(start, start + batchSize);
      opened.push(...(await tools.decryptBatch(profile.profileId, batch)));
    }
    if (opened.some((result) => result.state === 'closed' && result.why === 'vault-locked')) {
      throw new AppError('vault_locked', 'The vault is locked, so captured events can’t be opened.', {
        hint: 'Unlock it and check again.',
      });
    }
    const withNew = opened.filter((result) => result.state === 'decrypted' && result.slot === newSlot).length;
    const span =
      captured.length < sampleLimit
        ? 'since then'
        : `since ${timeOfDay(oldest.atMs)}, the newest ${sampleLimit}`;
    const channels = new Set(events.map(({ channel }) => channel)).size;
    const counted = `${withNew} of the ${events.length} encrypted events captured ${span}, on ${channels} channel(s), open with the new key`;
    if (withNew === events.length) return { outcome: 'holds', finding: `${counted}.` };
    const withOld = opened.filter((result) => result.state === 'decrypted').length - withNew;
    const closed = events.length - withNew - withOld;
    return fails(
      `${counted}; ${withOld} with an older key, ${closed} with none. A server has another key. If it was mended since, take the tick of “Swap the key” back and set it again: events count from then.`,
    );
  },
};

export async function runCheck(name: CheckName, tools: CheckTools, context: CheckContext): Promise<Evidence> {
  try {
    return { ...(await checks[name](tools, context)), at: tools.now() };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'offline') throw error;
    // No answer is neither acceptance nor refusal.
    return { outcome: 'unknown', finding: error.message, at: tools.now() };
  }
}

/** A channel prefix that nobody uses: the answer is small, and nothing is changed. */
async function askReadOnly(
  tools: CheckTools,
  { profile, signal }: CheckContext,
  credentialId: string,
): Promise<number> {
  const query = { filter_by_prefix: `latchkey-check-${randomBytes(6).toString('hex')}` };
  const { status } = await tools.api.request({
    profile,
    method: 'GET',
    path: '/channels',
    query,
    credentialId,
    signal,
  });
  return status;
}

/** Of several with one key, the one that the rotation works on comes first. */
function pairOf(tools: CheckTools, { profile }: CheckContext, key: string | undefined): string | undefined {
  const pairs = tools
    .credentials(profile.profileId)
    .filter((credential) => credential.kind === 'secret' && credential.key === key)
    .toSorted((one, other) => slots.indexOf(one.slot) - slots.indexOf(other.slot));
  return (pairs.find(({ slot }) => isOfRotation(slot)) ?? pairs[0])?.credentialId;
}

function isOfRotation(slot: Slot): boolean {
  return slot === 'current' || slot === 'next' || slot === 'previous';
}

function timeOfDay(atMs: number): string {
  return new Date(atMs).toTimeString().slice(0, 8);
}

function statusInWords(status: number): string {
  return `${status}. ${apiStatusMeaning(status) ?? ''}`.trim();
}

function fails(finding: string): Finding {
  return { outcome: 'fails', finding };
}

function unknown(finding: string): Finding {
  return { outcome: 'unknown', finding };
}
