/** `clipboard`: the system's, as far as the app puts something on it, with the formats beside the text. */
import type { Clipboard, ClipboardItem as ElectronItem } from 'electron';
import { constructs, standsFor } from '../stands-for.ts';

type Contents = Readonly<Record<string, string>>;

const items = new WeakMap<ElectronItem, Contents>();

class SystemClipboard {
  contents: Contents = {};
}

/** What any program of the system finds there, and can put there. */
export const systemClipboard = new SystemClipboard();

export const ClipboardItem = constructs<typeof ElectronItem>('ClipboardItem', (data) => {
  const item = standsFor<ElectronItem>('ClipboardItem')({});
  const texts = Object.entries(data).map(([type, value]) => {
    if (typeof value !== 'string')
      throw new Error('The stand-in for Electron has text on its clipboard only.');
    return [type, value] as const;
  });
  items.set(item, Object.fromEntries(texts));
  return item;
});

export const clipboard = standsFor<Clipboard>('clipboard')({
  clear() {
    systemClipboard.contents = {};
  },
  readText: async () => systemClipboard.contents['text/plain'] ?? '',
  async write(written) {
    systemClipboard.contents = Object.assign({}, ...written.map((item) => items.get(item)));
  },
});
