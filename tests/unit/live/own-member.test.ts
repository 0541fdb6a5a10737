import { describe, expect, it } from 'vitest';
import { ownMember } from '../../../electron/live/own-member.ts';

describe('a member’s own info', () => {
  it.each([
    ['text that is not JSON', '{"name":', 'not valid JSON'],
    ['JSON that would exhaust the stack', '['.repeat(200_000) + ']'.repeat(200_000), 'nested too deeply'],
    ['one level too many', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, 'nested too deeply'],
  ])('is refused with a reason: %s', (_what, userInfo, why) => {
    expect(() => ownMember({ userId: 'me', userInfo })).toThrow(
      expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining(why) }),
    );
  });

  it('is signed as it was meant', () => {
    expect(ownMember({ userId: 'me', userInfo: '{"a":[1]}' }).channelData).toBe(
      '{"user_id":"me","user_info":{"a":[1]}}',
    );
  });
});
