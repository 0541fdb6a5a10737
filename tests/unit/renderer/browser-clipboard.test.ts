/** A secret on the browser's clipboard, with browsers that allow more or less. */
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BrowserClipboard, copiedForMs } from '../../../renderer/bridge/browser-clipboard.ts';
import { eventually } from '../../support/conditions.ts';

/** As much of a browser's window as there is to it. */
class Browser extends EventTarget {
  text = '';
  hasFocus = true;
  /** Undefined: it knows no such permission. */
  readPermission: PermissionState | undefined = 'granted';
  isWriteRefused = false;
  readonly crypto = globalThis.crypto;
  readonly document = Object.assign(new EventTarget(), { hasFocus: () => this.hasFocus });
  readonly navigator = {
    clipboard: {
      readText: async () => {
        if (!this.hasFocus || this.readPermission !== 'granted')
          throw new DOMException('', 'NotAllowedError');
        return this.text;
      },
      writeText: async (text: string) => {
        if (!this.hasFocus || this.isWriteRefused) throw new DOMException('', 'NotAllowedError');
        this.text = text;
      },
    },
    permissions: {
      query: async () => {
        if (this.readPermission === undefined) throw new TypeError('unknown');
        return { state: this.readPermission };
      },
    },
  };

  become(state: 'focus' | 'blur'): void {
    this.hasFocus = state === 'focus';
    this.dispatchEvent(new Event(state));
  }
}

let browser: Browser;
let clipboard: BrowserClipboard;
let ended: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  browser = new Browser();
  clipboard = new BrowserClipboard(browser);
  ended = [];
  clipboard.ended.add((how) => ended.push(how));
});
afterEach(() => {
  vi.useRealTimers();
});

const newSecret = () => randomBytes(20).toString('hex');

async function copied(): Promise<string> {
  const value = newSecret();
  await clipboard.copy(value);
  expect(browser.text).toBe(value);
  return value;
}

/** Lets the time go by. What comes of it is waited for on the real clock. */
async function afterItsTime(): Promise<void> {
  vi.advanceTimersByTime(copiedForMs);
  vi.useRealTimers();
  await eventually(() => ended.length > 0, { what: 'an end' });
}

describe('where the browser lets the page read', () => {
  it('is taken off after its time', async () => {
    await copied();
    await afterItsTime();
    expect([browser.text, ...ended]).toEqual(['', 'cleared']);
  });

  it('is left alone once something else was copied, there or elsewhere', async () => {
    await copied();
    browser.text = 'the user’s own';
    await afterItsTime();
    expect([browser.text, ...ended]).toEqual(['the user’s own', 'replaced']);
  });

  it('is taken off when the page has the focus again, if it has not by then', async () => {
    const value = await copied();
    browser.become('blur');
    await afterItsTime();
    expect([browser.text, ...ended]).toEqual([value, 'left']);
    browser.become('focus');
    await eventually(() => ended.length > 1);
    expect([browser.text, ...ended]).toEqual(['', 'left', 'cleared']);
  });

  it('is taken off earlier when it is told to, and not again', async () => {
    await copied();
    await clipboard.clear();
    browser.text = 'later';
    vi.advanceTimersByTime(copiedForMs);
    await clipboard.clear();
    expect([browser.text, ...ended]).toEqual(['later', 'cleared']);
  });

  it('is not taken for what was copied before it', async () => {
    await copied();
    const second = newSecret();
    await Promise.all([clipboard.clear(), clipboard.copy(second)]);
    expect(browser.text).toBe(second);
  });
});

describe.each(['prompt', 'denied', undefined] as const)('where reading is %s', (permission) => {
  beforeEach(() => {
    browser.readPermission = permission;
  });

  it('is overwritten while nothing else can have been copied', async () => {
    await copied();
    await afterItsTime();
    expect([browser.text, ...ended]).toEqual(['', 'cleared']);
  });

  it.each([
    [
      'the page lost the focus',
      () => {
        browser.become('blur');
        browser.become('focus');
      },
    ],
    ['something was copied in it', () => browser.document.dispatchEvent(new Event('copy'))],
    ['something was cut in it', () => browser.document.dispatchEvent(new Event('cut'))],
  ])('is left, and said to be, once %s; until the user clears it', async (_when, happen) => {
    const value = await copied();
    happen();
    await afterItsTime();
    expect([browser.text, ...ended]).toEqual([value, 'left']);
    browser.become('focus');
    await clipboard.clear();
    expect(browser.text).toBe(value);
    expect(ended).toEqual(['left']);
    await clipboard.clearByHand();
    expect([browser.text, ...ended]).toEqual(['', 'left', 'cleared']);
  });
});

it('says so when the browser does not let the page write', async () => {
  browser.isWriteRefused = true;
  await expect(clipboard.copy(newSecret())).rejects.toMatchObject({ code: 'refused', retryable: true });
  vi.advanceTimersByTime(copiedForMs);
  browser.isWriteRefused = false;
  const value = await copied();
  browser.isWriteRefused = true;
  await expect(clipboard.clearByHand()).rejects.toMatchObject({ code: 'refused', retryable: true });
  await clipboard.clear();
  expect([browser.text, ...ended]).toEqual([value, 'left']);
});

it('is not kept', async () => {
  const value = await copied();
  browser.text = '';
  expect(inspect(clipboard, { depth: Infinity, showHidden: true })).not.toContain(value);
});
