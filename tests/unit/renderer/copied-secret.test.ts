/** What the page says of a secret on the clipboard. */
import { beforeEach, expect, it } from 'vitest';
import type { CopyEnd } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { Listeners } from '#shared/lib/disposer.ts';
import type { Secrets } from '../../../renderer/bridge/index.ts';
import { CopiedSecret } from '../../../renderer/state/copied-secret.ts';

const ended = new Listeners<CopyEnd>();
let failure: AppError | undefined;
let copied: CopiedSecret;

beforeEach(() => {
  failure = undefined;
  const secrets: Pick<Secrets, 'copy' | 'onCopyEnded'> = {
    copy: async () => {
      if (failure) throw failure;
      return { clearedAfterMs: 10_000 };
    },
    onCopyEnded: (listener) => ended.add(listener),
  };
  copied = new CopiedSecret(secrets as Secrets);
});

const what = 'current app secret of shop';

it('is how long it stays, from when it is there', async () => {
  const before = Date.now();
  await copied.copy('id', what);
  const state = copied.get();
  expect(state).toMatchObject({ state: 'there', what });
  expect(state.state === 'there' && state.until - before).toBeGreaterThanOrEqual(10_000);
});

it.each([
  ['cleared', { state: 'cleared', what }],
  ['left', { state: 'left', what }],
  ['replaced', { state: 'none' }],
] as const)('is what became of it when it was %s', async (how, state) => {
  await copied.copy('id', what);
  ended.emit(how);
  expect(copied.get()).toEqual(state);
});

it('is that it was cleared after all, unless the user has heard enough', async () => {
  await copied.copy('id', what);
  ended.emit('left');
  ended.emit('cleared');
  expect(copied.get()).toEqual({ state: 'cleared', what });
  copied.dismiss();
  ended.emit('cleared');
  expect(copied.get()).toEqual({ state: 'none' });
});

it('is nothing when it was not copied', async () => {
  failure = new AppError('refused', 'No.');
  await expect(copied.copy('id', what)).rejects.toBe(failure);
  expect(copied.get()).toEqual({ state: 'none' });
});
