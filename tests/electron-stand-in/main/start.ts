/**
 * `node --import …/start.ts out/main/main.js`: the app, with the stand-in where it imports `electron`. Told what to do
 * by the test that started it, over Node's own channel.
 */
import { registerHooks } from 'node:module';
import { buildPageScripts } from '../page/scripts.ts';
import { usedMembers } from '../stands-for.ts';
import { ending, paths, switches } from './app.ts';
import { Browser } from './browser.ts';
import { provideBrowser, windowsOfBrowser } from './browser-window.ts';
import { systemClipboard } from './clipboard.ts';
import { answerControl, tell } from './control.ts';
import { heardEvents, knownEvents } from './events.ts';
import { provideBrowserTo } from './session.ts';
import { settings } from './settings.ts';
import { utilityChildren } from './utility-process.ts';

Object.defineProperty(process, 'platform', { value: settings.platform });

const electron = new URL('electron.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === 'electron' ? { url: electron, shortCircuit: true } : nextResolve(specifier, context),
});

let browser: Browser | undefined;

async function start(): Promise<void> {
  const [started, scripts] = await Promise.all([
    Browser.start(windowsOfBrowser, {
      switches: settings.isNetworkOpen ? [] : switches,
      userData: paths.get('userData'),
    }),
    buildPageScripts(),
  ]);
  browser = started;
  provideBrowser(started, scripts);
  provideBrowserTo(started);
  tell({ event: 'ready', endpoint: started.endpoint });
}

// With the browser process, all that it has started goes; what Latchkey had not ended by itself is told.
ending.release = async () => {
  const left = utilityChildren.all.filter(({ isKilled }) => !isKilled);
  await Promise.all(utilityChildren.all.map((child) => child.end()));
  browser?.kill();
  await tell({
    event: 'exiting',
    childrenLeft: left.map(({ options }) => options.serviceName ?? ''),
    clipboard: systemClipboard.contents,
    usedMembers: [...usedMembers],
    heardEvents: [...heardEvents],
    knownEvents: [...knownEvents],
  });
};
// Whatever else ends this process, Chromium does not outlive it.
process.once('exit', () => browser?.kill());
process.once('disconnect', () => process.exit(1));

answerControl();
ending.start = start;
