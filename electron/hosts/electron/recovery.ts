/** A page whose process ended is loaded again. One that keeps ending is not, and the user is told. */
import { type BrowserWindow, dialog } from 'electron';
import { pageUrl } from './scheme.ts';

/** Within this time, so many ends are taken for chance. */
const memoryMs = 60_000;
const chances = 3;

export function recoverPage(window: BrowserWindow, reportBug: (where: string, error: Error) => void): void {
  const endedAt: number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    reportBug('window', new Error(`The page’s process ended: ${reason}.`));
    const now = Date.now();
    endedAt.push(now);
    if (endedAt.filter((time) => now - time < memoryMs).length <= chances) void window.loadURL(pageUrl);
    else {
      dialog.showErrorBox(
        'Latchkey’s window keeps failing.',
        'Connections and the log go on. Close the window, and open Latchkey again.',
      );
    }
  });
}
