import { describe, expect, it } from 'vitest';
import { MessageScanner } from '../../../electron/history/message-scanner.ts';
import { StringEnds } from '../../../electron/history/string-ends.ts';
import { hostileFrames } from '../../support/hostile-frames.ts';
import { inRounds } from '../../support/soak.ts';

const counts = { inTest: 5000, inSoak: 500_000 };
const scanner = new MessageScanner();

/** What the scanner makes of a frame that lies between others. */
function scan(
  frame: string | Uint8Array,
): { event: string | undefined; channel: string | undefined } | undefined {
  const before = Buffer.from('{"event":"before"');
  const middle = Buffer.from(frame);
  const bytes = Buffer.concat([before, middle, Buffer.from('"}"}{"event":"after","data":"x"}')]);
  const end = before.length + middle.length;
  scanner.take(bytes);
  if (!scanner.scan(before.length, end)) return undefined;
  const text = ({ isPresent, start, end: spanEnd }: typeof scanner.event) =>
    isPresent ? bytes.toString('utf8', start, spanEnd) : undefined;
  return { event: text(scanner.event), channel: text(scanner.channel) };
}

describe('the quick look at a frame', () => {
  it('recognises the usual form with members in any order', () => {
    expect(scan('{"event":"e","channel":"c","data":"{\\"a\\":1}"}')).toEqual({ event: 'e', channel: 'c' });
    expect(scan('{"data":"\\u00e9\\n","channel":"ç","event":""}')).toEqual({ event: '', channel: 'ç' });
    expect(scan('{"event":"one","event":"two"}')).toEqual({ event: 'two', channel: undefined });
  });

  it.each([
    '{"event":"e","data":{}}',
    '{"event":"\\u0065"}',
    '{ "event":"e"}',
    '{"event":"e"} ',
    '{"event":"e",}',
    '{"event":"e"',
    '{"event":"e',
    '{"event":"e\\',
    '{"event":"e\\"}',
    '{"event":"a\\x"}',
    '{"data":"\\u12g4"}',
    '{"data":"\u0001"}',
    '{"data":"a\nb"}',
    '{}',
    '',
  ])('leaves %j to JSON.parse', (frame) => {
    expect(scan(frame)).toBeUndefined();
  });

  it('never recognises what JSON.parse refuses, or reads it otherwise', () => {
    for (const frame of hostileFrames('public', 'presence-p', 'private-encrypted-e')) expectAgreement(frame);
  });

  inRounds('agrees with JSON.parse on frames that were broken', counts, (random) => {
    const frame = JSON.stringify({
      event: random.text('ab"\\é', 0, 5),
      channel: random.text('c-\u0001', 0, 5),
      data: JSON.stringify(random.json()),
    });
    const broken = Buffer.from(frame);
    const changes = random.integer(0, 2);
    for (let change = 0; change < changes; change++) {
      broken[random.integer(0, broken.length - 1)] = random.pick([...Buffer.from('"\\{},:u\n x')]);
    }
    expectAgreement(broken);
  });
});

function expectAgreement(frame: string | Uint8Array): void {
  const scanned = scan(frame);
  if (!scanned) return;
  const parsed = JSON.parse(Buffer.from(frame).toString()) as { event?: string; channel?: string };
  expect(scanned).toEqual({ event: parsed.event, channel: parsed.channel });
}

describe('where a string ends', () => {
  const strings = new StringEnds();
  const endOf = (text: string, start = 0) => {
    strings.take(Buffer.from(text));
    return strings.after(start);
  };

  it('is at its first quote without a backslash before it, wherever in sixteen bytes that falls', () => {
    for (let lead = 0; lead < 40; lead++) {
      for (const tail of ['', '\\"', '\\\\', '\\n', '\\u00e9', '\\"\\"', '\\\\\\"', '\\"x\\"', 'é']) {
        const text = `${'x'.repeat(lead)}${tail}`;
        expect(endOf(`${text}" and "more"`), text).toBe(Buffer.byteLength(text));
      }
      expect(endOf(`${'x'.repeat(lead)}\n"`), `a control after ${lead}`).toBe(-1);
      expect(endOf(`${'x'.repeat(lead)}\\x"`), `an unknown escape after ${lead}`).toBe(-1);
      expect(endOf(`${'x'.repeat(lead)}\\u00g0"`), `a broken escape after ${lead}`).toBe(-1);
    }
  });

  it('is not within a text that ends before, whatever lay there earlier', () => {
    for (const tail of ['', '\\', '\\u', '\\u0', '\\"']) {
      for (let lead = 0; lead < 40; lead++) {
        const text = `${'x'.repeat(lead)}${tail}`;
        strings.take(Buffer.from('"'.repeat(200)));
        const end = endOf(text);
        expect(end === -1 || end >= text.length, text).toBe(true);
      }
    }
  });

  it('is found in as much as there is room for, and more is not taken', () => {
    const mostBytes = 524_000;
    // With an escape where it ends.
    const end = endOf(`${'x'.repeat(mostBytes - 1)}\\`);
    expect(end === -1 || end >= mostBytes).toBe(true);
    expect(strings.take(Buffer.alloc(mostBytes, 'x'))).toBe(true);
    expect(strings.take(Buffer.alloc(524_289, 'x'))).toBe(false);
    expect(endOf('abc"')).toBe(3);
  });

  inRounds('is where JSON.parse finds it', counts, (random) => {
    const text = random.text('ab"\\\u0001é/nu0', 0, 60);
    const end = endOf(`${text}"`);
    const candidate = Buffer.from(text).subarray(0, Math.max(0, end)).toString();
    const read = (json: string) => {
      try {
        return [JSON.parse(json) as unknown];
      } catch {
        return undefined;
      }
    };
    if (end === -1) expect(read(`"${text}"`)).toBeUndefined();
    else if (end <= Buffer.byteLength(text)) expect(read(`"${candidate}"`)).toBeDefined();
  });
});
