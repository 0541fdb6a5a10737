export { systemClipboard } from './clipboard.ts';
export { cutNetwork, hardenEveryPage, hardenSession } from './hardening.ts';
export { setMenu } from './menu.ts';
export { keepProfileIn } from './profile.ts';
export { recoverPage } from './recovery.ts';
export { registerScheme, servePage } from './scheme.ts';
export { serveWindow } from './transport.ts';
export { spawnUtilityChild } from './utility-child.ts';
export { type OpenedWindow, openWindow } from './window.ts';
