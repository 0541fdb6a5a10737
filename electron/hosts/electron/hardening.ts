/**
 * Electron's security checklist, as far as it is code: what a page may never do, whatever it loads.
 * The rest is in the window's preferences, the content policy and the build's fuses.
 */
import { app, type Session, type WebContents } from 'electron';
import { pageOrigin } from './scheme.ts';

/** Writing text to the clipboard, as “Copy” does. Nothing else is ever allowed, reading it neither. */
const copyPermission = 'clipboard-sanitized-write';

export function hardenSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, decide, { isMainFrame, requestingUrl }) =>
    decide(permission === copyPermission && isMainFrame && isOurs(requestingUrl)),
  );
  session.setPermissionCheckHandler(
    (_contents, permission, requestingOrigin, { isMainFrame }) =>
      permission === copyPermission && isMainFrame && isOurs(requestingOrigin),
  );
  session.setDevicePermissionHandler(() => false);
}

/**
 * Has to run before the app is ready. The page’s policy leaves ways out that no policy names: looking up a host, and
 * WebRTC’s servers. Chromium needs no address here, as the page comes from the app, and sockets are Node’s.
 */
export function cutNetwork(): void {
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
}

function isOurs(url: string): boolean {
  return url === pageOrigin || url.startsWith(`${pageOrigin}/`);
}

export function hardenEveryPage(): void {
  app.on('web-contents-created', (_event, contents) => hardenPage(contents));
}

function hardenPage(contents: WebContents): void {
  contents.on('will-navigate', (event) => {
    if (!isOurs(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  // The rest of WebRTC, which needs no host’s name.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
