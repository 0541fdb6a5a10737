import { describe, expect, it } from 'vitest';
import { parseFilter } from '#shared/lib/filter/index.ts';
import { isBeingWritten } from '../../../../renderer/features/history/filter-remark.ts';

/** `|` is the caret. */
function isWritten(line: string): boolean {
  const caret = line.indexOf('|');
  const text = line.replace('|', '');
  const parsed = parseFilter(text);
  const remark = parsed.isValid ? parsed.hints[0] : parsed.problem;
  if (!remark) throw new Error(`Nothing is wrong with ${text}.`);
  return isBeingWritten(remark, text, caret);
}

describe('a fault of a filter', () => {
  it.each([
    'channel:|',
    'size:>|',
    'size:>2x|',
    '$.data.|',
    '$.data["na|',
    '$.data.id=|',
    '"two words|',
    '/a(b|',
    'dir:i|',
    'dir:i| event:x',
    '(channel:orders or event|',
    '(|',
    'a or |',
    'a and|',
    'channel:"a"bc|',
    'chanel:o|',
  ])('is no fault yet while it is written: %s', (line) => {
    expect(isWritten(line)).toBe(true);
  });

  it.each([
    'channel: |',
    'size:>2x and|',
    'dir:i event:x|',
    '$.data.id= 4|',
    '|dir:i event:x',
    'ab| (event:x',
    'chanel:o x|',
  ])('is one once the caret is elsewhere: %s', (line) => {
    expect(isWritten(line)).toBe(false);
  });
});
