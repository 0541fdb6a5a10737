/** The system's dialogs for files, in front of the window that asked. */
import { type BrowserWindow, dialog } from 'electron';
import type { PickFile } from '../../files/index.ts';

/** What people look for is often a `.env`; and what is chosen here is nothing for a list of recent documents. */
const common = ['showHiddenFiles', 'dontAddToRecent'] as const;

const titles = {
  import: 'Choose a file to import',
  export: 'Choose where to write it',
  sweep: 'Choose a folder to search',
} as const;

export function filePicker(currentWindow: () => BrowserWindow | undefined): PickFile {
  return async ({ purpose, suggestedName }) => {
    const window = currentWindow();
    if (!window) return undefined;
    const beginning = suggestedName === undefined ? {} : { defaultPath: suggestedName };
    if (purpose === 'export') {
      const { canceled, filePath } = await dialog.showSaveDialog(window, {
        title: titles.export,
        ...beginning,
        properties: [...common, 'createDirectory', 'showOverwriteConfirmation'],
      });
      return canceled || filePath === '' ? undefined : filePath;
    }
    const { canceled, filePaths } = await dialog.showOpenDialog(window, {
      title: titles[purpose],
      ...beginning,
      properties: [...common, purpose === 'sweep' ? 'openDirectory' : 'openFile'],
    });
    return canceled ? undefined : filePaths[0];
  };
}
