/** `screen`, `nativeTheme` and `dialog`: what the machine around the app is like, as the test has set it. */
import type {
  BaseWindow,
  Dialog,
  Display,
  NativeTheme,
  OpenDialogOptions,
  SaveDialogOptions,
  Screen,
} from 'electron';
import { standsFor } from '../stands-for.ts';
import { lifecycle } from './lifecycle.ts';
import { settings } from './settings.ts';

export const screen = standsFor<Screen>('screen')({
  getAllDisplays() {
    lifecycle.requireReady('screen.getAllDisplays');
    return settings.displays.map((workArea) => standsFor<Display>('Display')({ workArea: { ...workArea } }));
  },
});

export const nativeTheme = standsFor<NativeTheme>('nativeTheme')({
  shouldUseDarkColors: settings.isDark,
});

export interface ErrorBox {
  readonly title: string;
  readonly content: string;
}

/** Told of every error that the user is shown. */
export const errorBoxes: { onShown: (box: ErrorBox) => void } = { onShown: () => {} };

export interface FileDialog {
  readonly kind: 'open' | 'save';
  readonly options: OpenDialogOptions | SaveDialogOptions;
}

/** Dialogs for files stay open until the user, who is the test, has answered. Whether the file is there is not looked at. */
export const fileDialogs: { readonly open: (FileDialog & { answer(path: string | null): void })[] } = {
  open: [],
};

/** @param given a window, then options, as Latchkey calls it: a dialog without a window is refused. */
function askForFile(kind: FileDialog['kind'], given: readonly unknown[]): Promise<string | null> {
  lifecycle.requireReady('dialog');
  const [, options] = given as readonly [BaseWindow, FileDialog['options'] | undefined];
  if (!options) throw new Error('The stand-in for Electron has dialogs in front of a window only.');
  return new Promise((resolve) => {
    const shown = {
      kind,
      options,
      answer: (path: string | null) => {
        fileDialogs.open.splice(fileDialogs.open.indexOf(shown), 1);
        resolve(path);
      },
    };
    fileDialogs.open.push(shown);
  });
}

export const dialog = standsFor<Dialog>('dialog')({
  showOpenDialog: async (...given: readonly unknown[]) => {
    const path = await askForFile('open', given);
    return { canceled: path === null, filePaths: path === null ? [] : [path] };
  },
  showSaveDialog: async (...given: readonly unknown[]) => {
    const path = await askForFile('save', given);
    return { canceled: path === null, filePath: path ?? '' };
  },
  showErrorBox: (title, content) => errorBoxes.onShown({ title, content }),
});
