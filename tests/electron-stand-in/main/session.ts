/**
 * `session`: the permission handlers. Chromium is told beforehand what they allow to the app's own page, since it can't
 * be made to ask them: what it then grants and refuses is real, while the asking itself is done by the tests.
 */
import type { Session, session as sessionModule, WebContents } from 'electron';
import { standsFor } from '../stands-for.ts';
import type { Browser } from './browser.ts';
import { lifecycle } from './lifecycle.ts';
import { schemes } from './protocol.ts';

type CheckHandler = Exclude<Parameters<Session['setPermissionCheckHandler']>[0], null>;
type RequestHandler = Exclude<Parameters<Session['setPermissionRequestHandler']>[0], null>;
type DeviceHandler = Exclude<Parameters<Session['setDevicePermissionHandler']>[0], null>;
export type Permission = Parameters<CheckHandler>[1];

/** Without a handler Electron allows everything. */
let check: CheckHandler = () => true;
let request: RequestHandler = (_contents, _permission, decide) => decide(true);
let device: DeviceHandler = () => true;

const defaultSession = standsFor<Session>('Session')({
  setPermissionCheckHandler: (handler) => {
    check = handler ?? (() => true);
  },
  setPermissionRequestHandler: (handler) => {
    request = handler ?? ((_contents, _permission, decide) => decide(true));
  },
  setDevicePermissionHandler: (handler) => {
    device = handler ?? (() => true);
  },
});

export const session = standsFor<typeof sessionModule>('session')({
  get defaultSession() {
    lifecycle.requireReady('session.defaultSession');
    return defaultSession;
  },
});

export interface Asking {
  readonly permission: Permission;
  readonly url: string;
  readonly isMainFrame: boolean;
}

/** What each handler says, asked as Electron would for a page at `url`. */
export async function askPermission(
  contents: WebContents,
  { permission, url, isMainFrame }: Asking,
): Promise<{ readonly isAllowed: boolean; readonly isChecked: boolean }> {
  const isAllowed = await new Promise<boolean>((resolve) => {
    const details = standsFor<Parameters<RequestHandler>[3]>('PermissionRequest')({
      isMainFrame,
      requestingUrl: url,
    });
    request(contents, permission as Parameters<RequestHandler>[1], resolve, details);
  });
  const details = standsFor<Parameters<CheckHandler>[3]>('PermissionCheckHandlerHandlerDetails')({
    isMainFrame,
  });
  return { isAllowed, isChecked: check(contents, permission, url, details) };
}

export function askDevice(): boolean {
  return device(standsFor<Parameters<DeviceHandler>[0]>('DevicePermissionHandlerHandlerDetails')({}));
}

/** Electron's names of the permissions for which Chromium can be told the answer. */
const namesInBrowser: Partial<Record<Permission, readonly string[]>> = {
  'background-sync': ['background-sync'],
  'clipboard-read': ['clipboard-read'],
  'clipboard-sanitized-write': ['clipboard-write'],
  'display-capture': ['display-capture'],
  geolocation: ['geolocation'],
  'idle-detection': ['idle-detection'],
  'local-fonts': ['local-fonts'],
  media: ['camera', 'microphone'],
  midi: ['midi'],
  notifications: ['notifications'],
  'persistent-storage': ['persistent-storage'],
  'screen-wake-lock': ['screen-wake-lock'],
  'storage-access': ['storage-access'],
  'window-management': ['window-management'],
};

let browser: Browser | undefined;
export function provideBrowserTo(started: Browser): void {
  browser = started;
}

export async function grantInBrowser(contents: WebContents, url: string): Promise<void> {
  const origin = new URL(schemes.toBrowser(url)).origin;
  for (const [name, inBrowser] of Object.entries(namesInBrowser)) {
    const permission = name as Permission;
    const { isChecked } = await askPermission(contents, { permission, url, isMainFrame: true });
    for (const each of inBrowser) {
      await browser?.send('Browser.setPermission', {
        origin,
        permission: { name: each },
        setting: isChecked ? 'granted' : 'denied',
      });
    }
  }
}
