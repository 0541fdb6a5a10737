/** The system's clipboard, through Electron. */
import { ClipboardItem, clipboard } from 'electron';
import type { Clipboard } from '../../vault/index.ts';

/** One of the system's own formats, in Electron's writing. */
const systemFormat = (name: string) => `electron application/osclipboard;format="${name}"`;

/**
 * What says that the content is not to be kept, where it is understood: by Windows's clipboard history and its
 * synchronisation, by managers on macOS that follow nspasteboard.org, and by KDE's and others on Linux. It is there
 * that matters; KDE's alone wants a certain word.
 */
const marks: Readonly<Partial<Record<NodeJS.Platform, Readonly<Record<string, string>>>>> = {
  win32: { [systemFormat('ExcludeClipboardContentFromMonitorProcessing')]: '1' },
  darwin: { [systemFormat('org.nspasteboard.ConcealedType')]: '1' },
  linux: { [systemFormat('x-kde-passwordManagerHint')]: 'secret' },
};

export const systemClipboard: Clipboard = {
  // All in one item: the text is never there without its mark.
  writeSecret: (value) =>
    clipboard.write([new ClipboardItem({ 'text/plain': value, ...marks[process.platform] })]),
  readText: () => clipboard.readText(),
  clear: () => clipboard.clear(),
};
