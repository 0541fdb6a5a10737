import { describe, expect, test } from 'vitest';
import type { ChildPort } from '../../../electron/processes/port.ts';
import { VaultProcess } from '../../../electron/vault/vault-process.ts';
import { eventually } from '../../support/conditions.ts';

const none = () => {};

/** A vault process that answers nothing, and says that its keychain is at work. */
function silentProcess() {
  const listeners = new Set<(message: unknown) => void>();
  const child: ChildPort = {
    pid: undefined,
    send: none,
    onMessage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onExit: () => none,
    kill: none,
  };
  const waiting: boolean[] = [];
  const started = new VaultProcess({
    spawn: () => child,
    entry: new URL('file:///nowhere'),
    waitingAfterMs: 1,
    onWaiting: (isWaiting) => waiting.push(isWaiting),
    onKeychainLost: none,
    onUnexpectedExit: none,
    onSweepProgress: none,
  });
  const startKeychainCall = () => {
    for (const tell of listeners) tell({ notice: 'keychainCallStarted', payload: null });
  };
  return { started, waiting, startKeychainCall };
}

describe('waiting for the keychain', () => {
  test('is told of an operation that the keychain keeps', async () => {
    const { started, waiting, startKeychainCall } = silentProcess();
    void started.operation().call('load', { credentialId: 'x' });
    startKeychainCall();
    await eventually(() => waiting.length > 0, { what: 'the state “waiting”' });
    expect(waiting).toEqual([true]);
  });

  test('is not told of a check, which waits for a server', async () => {
    const { started, waiting, startKeychainCall } = silentProcess();
    const check = { requestId: 'r', checkId: 'ibm-token', fields: {}, credentialId: 'x' } as const;
    void started.operation().call('checkService', check);
    startKeychainCall();
    // One that begins later and is told of: the check had its time.
    const { promise: told, resolve } = Promise.withResolvers<void>();
    const other = silentProcess();
    void other.started.operation().call('load', { credentialId: 'x' });
    other.startKeychainCall();
    void eventually(() => other.waiting.length > 0).then(() => resolve());
    await told;
    startKeychainCall();
    expect(waiting).toEqual([]);
  });
});
