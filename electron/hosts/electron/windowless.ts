/** A run of the app's program without the app: as the `latchkey` command. */
import { app } from 'electron';

/** Has to run before the app is ready. Nothing is drawn, so neither a display nor a GPU is needed. */
export function haveNoWindows(): void {
  app.commandLine.appendSwitch('disable-gpu');
  if (process.platform === 'linux') app.commandLine.appendSwitch('ozone-platform', 'headless');
}
