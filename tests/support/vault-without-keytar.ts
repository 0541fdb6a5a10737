/** The vault process where `import('keytar')` fails, as it does where its native library can't be loaded. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(name, context, next) {
    if (name === 'keytar') throw new Error('Failed to load keytar native addon');
    return next(name, context);
  },
});
await import('../../electron/vault/process.ts');
