import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { redact, redactError } from '#shared/lib/redact.ts';
import { inRounds } from '../../support/soak.ts';

const counts = { inTest: 200, inSoak: 20_000 };

describe('redaction for logs', () => {
  inRounds('cuts out secrets in every form they come in', counts, (random) => {
    const bytes = Buffer.from(random.bytes(32));
    for (const form of [bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')]) {
      expect(redact(`auth=${form}, key "${form}"`)).not.toContain(form.slice(0, 20));
    }
  });

  inRounds('cuts out secrets that are all letters, or have punctuation in them', counts, (random) => {
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    const anything = `${letters}${letters.toUpperCase()}0123456789!#$%&*@^~.?|+-_=/`;
    for (const secret of [
      random.text(letters, 20, 20),
      random.text(letters.toUpperCase(), 20, 20),
      `A${random.text(letters, 19, 19)}`,
      `aB3${random.text(anything, 17, 17)}`,
    ]) {
      const text = redact(`The secret is "${secret}", it said.`);
      expect(text.includes(secret), 'it was left whole').toBe(false);
      expect(text).toContain('The secret is "');
    }
  });

  inRounds('cuts out secrets whose punctuation leaves no twelve characters together', counts, (random) => {
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
    const punctuation = `"'(){}[]<>:;,\\\`é☕${letters[0]}!#$%&*@^~.?|+-_=/`;
    const piece = () => `${random.text(punctuation, 1, 1)}x${random.text(letters, 2, 2)}Q9`;
    const secret = Array.from({ length: 8 }, piece).join('');
    const text = redact(`It failed: got "${secret}", wanted nothing.`);
    expect(text.includes(secret), 'it was left whole').toBe(false);
    expect(text.includes(secret.slice(6, 30)), 'a part of it was left').toBe(false);
    expect(text).toMatch(/^It failed: got .*wanted nothing\.$/);
  });

  it.each([
    'The connection to 127.0.0.1:6001 was unexpectedly terminated (ECONNRESET).',
    'http://127.0.0.1:52817/ did not answer within 15 s. Check ws.example.com!',
    'Incomprehensible input was misinterpreted... Characteristically so.',
    'Latchkey’s database can’t be read (disk I/O error): “latchkey.db” in [Latchkey].',
    '{"code":"custom","expected":"string","path":["profiles",0,"name"]}',
  ])('leaves prose alone: %s', (text) => expect(redact(text)).toBe(text));

  it('keeps where an error came from, and its causes', () => {
    const secret = randomBytes(20).toString('hex');
    const error = new Error(`Bad value ${secret}`, { cause: new Error(secret) });
    const text = redactError(error);
    expect(text).not.toContain(secret);
    expect(text).toContain('caused by');
    expect(text).toMatch(/at .*redact\.test/);
  });
});
