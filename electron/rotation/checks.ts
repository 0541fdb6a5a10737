/** The checks: each gathers evidence itself, changes nothing, and says what it tried and what came back. */
import { randomBytes } from 'node:crypto';
import type { Profile } from '#shared/contract/profiles.ts';
import type { Evidence } from '#shared/contract/rotation.ts';
import type { Credential, Slot } from '#shared/contract/vault.ts';
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
  ): Promise<readonly ({ state: 'decrypted'; slot: Slot } | { state: 'closed'; why: string })[]>;
  now(): number;
}

export interface CheckContext {
  readonly profile: Profile;
  readonly facts: RotationFacts;
  readonly signal: AbortSignal;
}

type Finding = Omit<Evidence, 'at'>;

/** As many of the newest events as are looked at. */
const sampleLimit = 200;

const checks: Readonly<Record<CheckName, (tools: CheckTools, context: CheckContext) => Promise<Finding>>> = {
  async newPairIsAccepted(tools, context) {
    const slot = slotOf(tools, context, context.facts.newKey);
    if (!slot) return unknown('The new pair is not in the vault.');
    const status = await askReadOnly(tools, context, slot);
    if (status === 200) {
      return {
        outcome: 'holds',
        finding: 'A read-only request signed with the new pair was accepted (200).',
      };
    }
    return fails(`A read-only request signed with the new pair was answered ${statusInWords(status)}`);
  },

  async oldPairIsRefused(tools, context) {
    const slot = slotOf(tools, context, context.facts.oldKey);
    if (!slot) return unknown('The old pair is not in the vault, so it can’t be tried.');
    const status = await askReadOnly(tools, context, slot);
    if (status === 401) {
      return { outcome: 'holds', finding: 'A read-only request signed with the old pair was refused (401).' };
    }
    if (status === 200) return fails('A read-only request signed with the old pair is still accepted (200).');
    return unknown(`Neither accepted nor refused: the server answered ${statusInWords(status)}`);
  },

  async eventsOpenWithNewKey(tools, { profile, facts }) {
    const newSlot = facts.doneAt['use-here'] === undefined ? 'next' : 'current';
    const sinceMs = facts.doneAt.deploy ?? tools.now();
    const events = await tools.recentEncrypted(profile.profileId, { sinceMs, limit: sampleLimit });
    if (events.length === 0) {
      return unknown(
        'No encrypted event was captured since the key was deployed. Stay subscribed to an encrypted channel, and publish to it from each server.',
      );
    }
    const opened = await tools.decryptBatch(profile.profileId, events);
    if (opened.some((result) => result.state === 'closed' && result.why === 'vault-locked')) {
      throw new AppError('vault_locked', 'The vault is locked, so captured events can’t be opened.', {
        hint: 'Unlock it and check again.',
      });
    }
    const withNew = opened.filter((result) => result.state === 'decrypted' && result.slot === newSlot).length;
    const counted = `${withNew} of the ${events.length} encrypted events captured since then open with the new key`;
    if (withNew === events.length) return { outcome: 'holds', finding: `${counted}.` };
    const withOld = opened.filter((result) => result.state === 'decrypted').length - withNew;
    const closed = events.length - withNew - withOld;
    return fails(
      `${counted}; ${withOld} with an older key, ${closed} with none. A server still has another key.`,
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
  slot: Slot,
): Promise<number> {
  const query = { filter_by_prefix: `latchkey-check-${randomBytes(6).toString('hex')}` };
  const { status } = await tools.api.request({
    profile,
    method: 'GET',
    path: '/channels',
    query,
    slot,
    signal,
  });
  return status;
}

function slotOf(tools: CheckTools, { profile }: CheckContext, key: string | undefined): Slot | undefined {
  const pairs = tools.credentials(profile.profileId).filter(({ kind }) => kind === 'secret');
  return pairs.find((credential) => credential.key === key)?.slot;
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
