/** Runs the Electron entry, from its sources, on the recording stand-in for Electron. */
import { registerHooks } from 'node:module';

const standIn = new URL('./recorded-electron.ts', import.meta.url).href;
const { LATCHKEY_TEST_PLATFORM: platform } = process.env;
if (platform) Object.defineProperty(process, 'platform', { value: platform });
// Electron's process never becomes another program.
Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: '45.0.0' } });
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : nextResolve(specifier, context),
});

const { becomeReady } = await import('./recorded-electron.ts');
await import('../../electron/main.ts');
becomeReady();
