/**
 * Imported into a main process before its own code (`node --import`): passphrases that its vault process makes cost the
 * least there is, and what it asks of providers of services goes to the place that `LATCHKEY_TEST_PROVIDERS` names.
 */
import { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { allProvidersAt } from './provider-hosts.ts';

/** Of Node's own, and not in its declarations: what `fork` and `spawn` both end in. */
interface Spawning extends ChildProcess {
  spawn(options: { args?: string[] }): unknown;
}

const entryOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const usual = entryOf('../../electron/vault/process.ts');
const quick = entryOf('quick-vault-process.ts');
// Nothing listens there.
const checkEndpoints = allProvidersAt(process.env.LATCHKEY_TEST_PROVIDERS ?? 'http://127.0.0.1:1');

const children = ChildProcess.prototype as Spawning;
const spawn = children.spawn;
children.spawn = function (this: ChildProcess, options) {
  const isVault = options.args?.includes('--title=latchkey-vault') === true;
  const args = options.args?.map((argument) => (argument === usual ? quick : argument));
  const result = Reflect.apply(spawn, this, [{ ...options, args }]);
  if (!isVault) return result;
  const send = this.send;
  this.send = ((message: { method?: string; input?: object }, ...rest: unknown[]) => {
    const input = { ...message.input, checkEndpoints };
    return Reflect.apply(send, this, [message.method === 'open' ? { ...message, input } : message, ...rest]);
  }) as typeof send;
  return result;
};
