import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { redact, redactError } from '#shared/lib/redact.ts';

describe('redaction for logs', () => {
  it('cuts out secrets in every form they come in', () => {
    for (let round = 0; round < 200; round++) {
      const bytes = randomBytes(32);
      for (const form of [bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')]) {
        expect(redact(`auth=${form}, key "${form}"`)).not.toContain(form.slice(0, 20));
      }
    }
  });

  it('leaves prose alone', () => {
    const text = 'The connection to 127.0.0.1:6001 was unexpectedly terminated (ECONNRESET).';
    expect(redact(text)).toBe(text);
  });

  it('keeps where an error came from, and its causes', () => {
    const secret = randomBytes(20).toString('hex');
    const error = new Error(`Bad value ${secret}`, { cause: new Error(secret) });
    const text = redactError(error);
    expect(text).not.toContain(secret);
    expect(text).toContain('caused by');
    expect(text).toMatch(/at .*redact\.test/);
  });
});
