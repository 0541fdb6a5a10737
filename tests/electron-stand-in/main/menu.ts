/** `Menu`: the application menu is kept as its template, and the tests choose from it. */
import type { Menu as ElectronMenu, MenuItemConstructorOptions } from 'electron';
import { standsFor } from '../stands-for.ts';

type Template = readonly MenuItemConstructorOptions[];

const templates = new WeakMap<object, Template>();
let applicationMenu: Template = [];

export const Menu = standsFor<typeof ElectronMenu>('Menu')({
  buildFromTemplate(template) {
    const menu = standsFor<ElectronMenu>('Menu instance')({});
    templates.set(menu, template as Template);
    return menu;
  },
  setApplicationMenu(menu) {
    applicationMenu = (menu && templates.get(menu)) ?? [];
  },
});

export interface MenuItem {
  readonly path: readonly string[];
  readonly role: string | undefined;
  readonly accelerator: string | undefined;
  /** False: the key is shown, and left to the page. */
  readonly registersAccelerator: boolean;
  readonly isChosenByApp: boolean;
}

export function menuItems(): MenuItem[] {
  return flat(applicationMenu, []).map(({ path, item }) => ({
    path,
    role: item.role,
    accelerator: item.accelerator,
    registersAccelerator: item.accelerator !== undefined && item.registerAccelerator !== false,
    isChosenByApp: item.click !== undefined,
  }));
}

/** As if the user had chosen it. */
export function chooseMenuItem(path: readonly string[]): void {
  const found = flat(applicationMenu, []).find((each) => each.path.join('\n') === path.join('\n'));
  if (!found?.item.click) throw new Error(`The menu has no ${path.join(' › ')} to be chosen.`);
  // Latchkey's items look at none of Electron's arguments.
  (found.item.click as () => void)();
}

function flat(
  items: Template,
  parents: readonly string[],
): { readonly path: readonly string[]; readonly item: MenuItemConstructorOptions }[] {
  return items.flatMap((item) => {
    const path = [...parents, item.label ?? item.role ?? item.type ?? ''];
    const inner = Array.isArray(item.submenu) ? flat(item.submenu, path) : [];
    return [{ path, item }, ...inner];
  });
}
