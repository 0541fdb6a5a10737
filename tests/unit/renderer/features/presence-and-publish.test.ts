import { describe, expect, it } from 'vitest';
import { joinProblems } from '../../../../renderer/features/presence/joining.ts';
import { bodyFacts } from '../../../../renderer/features/publishing/publish-body.ts';
import {
  addPublished,
  emptyPublishForm,
  type Published,
  publishedLimit,
} from '../../../../renderer/features/publishing/published.ts';

describe('who joins a presence channel', () => {
  it('is refused with an empty or long id, info that is no JSON, or more than servers take', () => {
    expect(joinProblems(' ', '').userId).toMatch(/Enter a user id/);
    expect(joinProblems('x'.repeat(129), '').userId).toMatch(/129/);
    expect(joinProblems('a', '{').info).toMatch(/not JSON/);
    expect(joinProblems('a', JSON.stringify('é'.repeat(600))).info).toMatch(/1024/);
    expect(joinProblems('a', '')).toEqual({});
    expect(joinProblems('a', '{"name": "Ana"}')).toEqual({});
  });
});

describe('an event that is about to be published', () => {
  it('is measured in bytes, and after encryption on encrypted channels', () => {
    const text = '"é"';
    expect(bodyFacts({ mode: 'text', text, channel: 'a', dialect: 'pusher' }).sizeBytes).toBe(4);
    const encrypted = bodyFacts({ mode: 'text', text, channel: 'private-encrypted-a', dialect: 'pusher' });
    expect(encrypted.sizeBytes).toBeGreaterThan(60);
  });

  it('is over the limit by its server’s own', () => {
    const body = { mode: 'text', text: 'x'.repeat(10_241), channel: 'a' } as const;
    expect(bodyFacts({ ...body, dialect: 'pusher' }).isOverLimit).toBe(true);
    expect(bodyFacts({ ...body, dialect: 'soketi' }).isOverLimit).toBe(false);
  });

  it('is checked as JSON only where it is meant to be', () => {
    const body = { text: 'hello', channel: 'a', dialect: 'pusher' } as const;
    expect(bodyFacts({ ...body, mode: 'json' }).problem).toBeDefined();
    expect(bodyFacts({ ...body, mode: 'text' }).problem).toBeUndefined();
  });

  it('is remembered newest first, and the oldest is dropped', () => {
    const answer: Published['answer'] = {
      isAccepted: true,
      status: 200,
      meaning: 'Accepted.',
      hint: null,
      answer: '{}',
      isEncrypted: false,
      dataSizeBytes: 2,
      durationMs: 1,
    };
    let all: readonly Published[] = [];
    for (let at = 0; at < publishedLimit + 5; at++)
      all = addPublished(all, { ...emptyPublishForm, signedWith: null }, answer, at);
    expect(all).toHaveLength(publishedLimit);
    expect(all[0]?.at).toBe(publishedLimit + 4);
    expect(new Set(all.map(({ id }) => id)).size).toBe(publishedLimit);
  });
});
