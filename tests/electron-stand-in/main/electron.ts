/** What the built main bundle gets when it imports `electron`. Checked against Electron's own declarations. */
import type * as Electron from 'electron';
import { app } from './app.ts';
import { BrowserWindow } from './browser-window.ts';
import { ClipboardItem, clipboard } from './clipboard.ts';
import { ipcMain } from './ipc-main.ts';
import { Menu } from './menu.ts';
import { powerMonitor } from './power-monitor.ts';
import { protocol } from './protocol.ts';
import { session } from './session.ts';
import { dialog, nativeTheme, screen } from './surroundings.ts';
import { utilityProcess } from './utility-process.ts';

const standIn = {
  app,
  BrowserWindow,
  ClipboardItem,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  powerMonitor,
  protocol,
  screen,
  session,
  utilityProcess,
};
standIn satisfies Pick<typeof Electron, keyof typeof standIn>;

export {
  app,
  BrowserWindow,
  ClipboardItem,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  powerMonitor,
  protocol,
  screen,
  session,
  utilityProcess,
};
