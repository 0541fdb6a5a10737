/** The one window: sandboxed, with its place on the screen kept. */
import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme, screen } from 'electron';
import * as z from 'zod';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import type { Preferences } from '../../storage/index.ts';
import { pageUrl } from './scheme.ts';

const windowState = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(640),
  height: z.number().int().min(400),
  isMaximized: z.boolean(),
});
type WindowState = z.infer<typeof windowState>;

const preferenceName = 'window';
/** Of the window's title bar, this much has to be on some display, or it could not be moved back. */
const visiblePixels = 64;

export interface OpenedWindow {
  readonly window: BrowserWindow;
  /** Keeps where it is now. A window that is closed by the user does so itself. */
  keepPlace(): void;
  /** In front of everything else, and focused as far as the system lets it. */
  bringForward(): void;
}

export function openWindow(outFolder: string, preferences: Preferences): OpenedWindow {
  const state = restoredState(preferences);
  const window = new BrowserWindow({
    ...(state
      ? { x: state.x, y: state.y, width: state.width, height: state.height }
      : { width: 1440, height: 900 }),
    minWidth: 640,
    minHeight: 400,
    show: false,
    title: 'Latchkey',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#16181d' : '#ffffff',
    webPreferences: {
      preload: join(outFolder, 'preload', 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  if (state?.isMaximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  const keepPlace = () => {
    preferences.write(preferenceName, {
      ...window.getNormalBounds(),
      isMaximized: window.isMaximized(),
    } satisfies WindowState);
  };
  window.on('close', keepPlace);
  void window.loadURL(pageUrl);
  const bringForward = () => {
    if (window.isMinimized()) window.restore();
    window.show();
    // Windows focuses nothing for a process in the background, but lets it be on top.
    window.moveTop();
    if (process.platform === 'darwin') app.focus({ steal: true });
    window.focus();
  };
  return { window, keepPlace, bringForward };
}

function restoredState(preferences: Preferences): WindowState | undefined {
  const state = parseUnknown(windowState, preferences.read(preferenceName));
  if (!state.success) return undefined;
  const { x, y, width } = state.data;
  const isReachable = screen.getAllDisplays().some(({ workArea }) => {
    const overlap = Math.min(x + width, workArea.x + workArea.width) - Math.max(x, workArea.x);
    return (
      overlap >= visiblePixels && y >= workArea.y - 8 && y <= workArea.y + workArea.height - visiblePixels
    );
  });
  return isReachable ? state.data : undefined;
}
