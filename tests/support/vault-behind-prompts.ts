/** The vault process over a keychain that is locked at its start: prompts of reads are dismissed, the first write's is answered. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(name, context, next) {
    if (name !== 'keytar') return next(name, context);
    return { url: new URL('./prompting-keytar.ts', import.meta.url).href, shortCircuit: true };
  },
});
await import('../../electron/vault/process.ts');
