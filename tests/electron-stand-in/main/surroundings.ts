/** `screen`, `nativeTheme` and `dialog`: what the machine around the app is like, as the test has set it. */
import type { Dialog, Display, NativeTheme, Screen } from 'electron';
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

export const dialog = standsFor<Dialog>('dialog')({
  showErrorBox: (title, content) => errorBoxes.onShown({ title, content }),
});
