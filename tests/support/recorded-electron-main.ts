/** Runs the Electron entry, from its sources, on the recording stand-in for Electron. */
import { registerHooks } from 'node:module';

const standIn = new URL('./recorded-electron.ts', import.meta.url).href;
const { LATCHKEY_TEST_PLATFORM: platform } = process.env;
if (platform) Object.defineProperty(process, 'platform', { value: platform });
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : nextResolve(specifier, context),
});

const { becomeReady } = await import('./recorded-electron.ts');
await import('../../electron/main.ts');
becomeReady();
