import { expect, test } from 'vitest';
import { OneAtATime, queuedCallLimit } from '../../../electron/vault/stores/one-at-a-time.ts';
import { TwinStore } from '../../support/twin-store.ts';

/** A store whose reads wait for `release`. */
class HungStore extends TwinStore {
  inFlight = 0;
  most = 0;
  readonly waiting: (() => void)[] = [];

  override async read(account: string): Promise<string | null> {
    this.inFlight++;
    this.most = Math.max(this.most, this.inFlight);
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.inFlight--;
    return super.read(account);
  }
}

function build() {
  const store = new HungStore();
  const calls: string[] = [];
  const listener = { started: () => calls.push('started'), ended: () => calls.push('ended') };
  return { store, calls, queue: new OneAtATime(store, listener) };
}

test('calls go to the store one after the other, each announced at its start and its end', async () => {
  const { store, calls, queue } = build();
  store.entries.set('b', 'value');
  const reads = [queue.read('a'), queue.read('b'), queue.read('c')];
  for (const read of reads) {
    await expect.poll(() => store.waiting.length).toBe(1);
    store.waiting.shift()?.();
    await read;
  }
  expect(await Promise.all(reads)).toEqual([null, 'value', null]);
  expect(store.most).toBe(1);
  expect(calls).toEqual(Array(3).fill(['started', 'ended']).flat());
});

test('a call that fails does not stop the ones after it', async () => {
  const { store, calls, queue } = build();
  store.isLocked = true;
  await expect(queue.write('a', 'x')).rejects.toMatchObject({ code: 'keychain_locked' });
  store.isLocked = false;
  await queue.write('a', 'x');
  expect(store.entries.get('a')).toBe('x');
  expect(calls).toEqual(['started', 'ended', 'started', 'ended']);
});

test('behind a store that hangs only so many calls may wait', async () => {
  const { queue } = build();
  for (let call = 0; call < queuedCallLimit; call++) void queue.read(`account ${call}`);
  await expect(queue.read('one more')).rejects.toMatchObject({ code: 'vault_waiting', retryable: true });
});
