import { describe, expect, it } from 'vitest';
import { previewOf } from '../../../electron/history/preview.ts';

describe('a preview', () => {
  it('is one line, with controls made visible', () => {
    expect(previewOf('a\nb\tc\u0000\u007f')).toBe('a␊b␉c␀␡');
  });

  it('shows characters that hide or turn text', () => {
    expect(previewOf('abc\u202edef\u2028\ufeff')).toBe('abc\\u202edef\\u2028\\ufeff');
  });

  it('has at most 400 characters, and ends with an ellipsis when it is cut', () => {
    expect(previewOf('x'.repeat(400))).toBe('x'.repeat(400));
    expect(previewOf('x'.repeat(401))).toBe(`${'x'.repeat(399)}…`);
    expect(previewOf('\u202e'.repeat(400)).length).toBe(400);
  });

  it('does not cut a character in two', () => {
    expect(previewOf(`${'x'.repeat(398)}😀${'y'.repeat(10)}`)).toBe(`${'x'.repeat(398)}…`);
  });
});
