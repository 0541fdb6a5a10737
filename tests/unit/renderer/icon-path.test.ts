import { icons } from 'lucide';
import { describe, expect, it } from 'vitest';
import { pathOf } from '../../../renderer/components/icon-path.ts';

describe('an icon as one path', () => {
  it('goes along the outlines of its shapes', () => {
    expect(pathOf([['path', { d: 'M1 2h3' }]])).toBe('M1 2h3');
    expect(pathOf([['line', { x1: 1, y1: '2', x2: 3, y2: 4 }]])).toBe('M1 2L3 4');
    expect(pathOf([['polyline', { points: '1 2 3 4' }]])).toBe('M1 2 3 4');
    expect(pathOf([['polygon', { points: '1 2 3 4 5 6' }]])).toBe('M1 2 3 4 5 6z');
    expect(pathOf([['circle', { cx: 12, cy: 10, r: 3 }]])).toBe('M9 10a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z');
    expect(pathOf([['ellipse', { cx: 12, cy: 5, rx: 9, ry: 3 }]])).toBe(
      'M3 5a9 3 0 1 0 18 0a9 3 0 1 0 -18 0z',
    );
    expect(pathOf([['rect', { x: 3, y: 4, width: 18, height: 10, rx: 2 }]])).toBe(
      'M5 4h14a2 2 0 0 1 2 2v6a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-6a2 2 0 0 1 2 -2z',
    );
  });

  it('starts each shape from the icon’s corner, and not from where the one before ended', () => {
    expect(
      pathOf([
        ['path', { d: 'M1 2h3' }],
        ['path', { d: 'm9 12 2 2' }],
      ]),
    ).toBe('M1 2h3M0 0m9 12 2 2');
    for (const [name, shapes] of Object.entries(icons))
      for (const shape of shapes) expect(pathOf([shape]), name).toMatch(/^M/);
  });

  it('refuses a shape that it does not know', () => {
    expect(() => pathOf([['text', {}]])).toThrow('<text>');
  });
});
