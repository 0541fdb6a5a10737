import { describe, expect, it } from 'vitest';
import { findMarks } from '../../../renderer/components/marks.ts';

const labels = (text: string) =>
  findMarks(text).flatMap((part) => (part.kind === 'mark' ? [part.label] : []));

describe('marks for what can’t be seen', () => {
  it('leaves ordinary text whole', () => {
    for (const text of ['private-orders', 'Ana Ñandú 北京 مرحبا', '{"a": "b"}']) {
      expect(findMarks(text)).toEqual([{ kind: 'text', text }]);
    }
    expect(findMarks('')).toEqual([]);
  });

  it('names zero-width and bidirectional characters', () => {
    expect(labels('a\u200bb')).toEqual(['ZWSP']);
    expect(labels('\u202egnp.exe')).toEqual(['RLO']);
    expect(labels('\u2066\u2069\u200e\u200f\u061c\ufeff')).toEqual([
      'LRI',
      'PDI',
      'LRM',
      'RLM',
      'ALM',
      'BOM',
    ]);
  });

  it('marks controls, odd spaces, fillers, tags and lone surrogates', () => {
    expect(labels('\0\x1b\x7f\x85')).toEqual(['NUL', 'ESC', 'DEL', '0085']);
    expect(labels('\u00a0\u3000\u2800')).toEqual(['NBSP', '3000', '2800']);
    expect(labels('\u3164\u115f\u{e0041}\ufe0e')).toEqual(['3164', '115F', 'E0041', 'FE0E']);
    expect(labels('\ud800')).toEqual(['D800']);
  });

  it('puts the text together again from its parts', () => {
    const text = 'a\u200b b\u202ec\n\ud800';
    expect(
      findMarks(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });

  it('keeps the joiners that emoji are made of, and no others', () => {
    expect(labels('👨‍👩‍👧 ❤️ 👍🏽‍')).toEqual(['ZWJ']);
    expect(labels('a\u200db')).toEqual(['ZWJ']);
    expect(labels('a\ufe0f')).toEqual(['FE0F']);
  });

  it('keeps lines and tabs where text is shown on many lines', () => {
    expect(findMarks('a\n\tb', { keepsLines: true })).toEqual([{ kind: 'text', text: 'a\n\tb' }]);
    expect(labels('a\n\tb')).toEqual(['⏎', '⇥']);
  });
});
