/** The application menu. Its items run the page's commands, so that menu, palette, key and button do the same. */
import { app, Menu, type MenuItemConstructorOptions } from 'electron';

/** A command of the page. The keys are the page's own: shown here, handled there. */
function command(
  label: string,
  commandId: string,
  choose: (commandId: string) => void,
  accelerator?: string,
): MenuItemConstructorOptions {
  return {
    label,
    click: () => choose(commandId),
    ...(accelerator ? { accelerator, registerAccelerator: false } : {}),
  };
}

export function setMenu(choose: (commandId: string) => void): void {
  const isMac = process.platform === 'darwin';
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
    {
      label: 'File',
      submenu: [
        command('Add app…', 'profiles.add', choose),
        command('Lock vault', 'vault.lock', choose),
        { type: 'separator' },
        command('Settings', 'settings.open', choose),
        { type: 'separator' },
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        command('Go to…', 'palette.open', choose, 'CommandOrControl+K'),
        command('Toggle sidebar', 'sidebar.toggle', choose),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } satisfies MenuItemConstructorOptions]),
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [command('Keyboard shortcuts', 'help.keys', choose)] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
