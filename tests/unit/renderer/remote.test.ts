import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/lib/app-error.ts';
import { Remote } from '../../../renderer/state/remote.ts';
import { replaceBy } from '../../../renderer/state/stores.ts';

type Handle = Parameters<ConstructorParameters<typeof Remote<number>>[0]['listen']>[0];

function start(answers: (() => Promise<number>)[]) {
  let handle: Handle | undefined;
  const remote = new Remote<number>({
    load: () => (answers.shift() ?? (() => Promise.reject(new Error('no more answers'))))(),
    listen: (given) => {
      handle = given;
      return () => undefined;
    },
  });
  if (!handle) throw new Error('it does not listen');
  return { remote, events: handle };
}

describe('what the main side holds', () => {
  it('is loaded once, and changed by events', async () => {
    const { remote, events } = start([async () => 1]);
    expect(remote.get()).toEqual({ state: 'loading' });
    await remote.load();
    expect(remote.get()).toEqual({ state: 'ready', value: 1 });
    events.change((value) => value + 1);
    expect(remote.get()).toEqual({ state: 'ready', value: 2 });
  });

  it('keeps an event that overtook the answer', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const { remote, events } = start([() => promise]);
    const loading = remote.load();
    events.set(7);
    resolve(1);
    await loading;
    expect(remote.get()).toEqual({ state: 'ready', value: 7 });
  });

  it('asks again when a change came before there was something to change', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const { remote, events } = start([() => promise, async () => 5]);
    const loading = remote.load();
    events.change((value) => value + 1);
    resolve(1);
    await loading;
    expect(remote.get()).toEqual({ state: 'ready', value: 5 });
  });

  it('says why it could not be loaded, and keeps an older value', async () => {
    const error = new AppError('offline', 'Gone.');
    const fail = () => Promise.reject(error);
    const failing = start([fail, async () => 3, fail]).remote;
    await failing.load();
    expect(failing.get()).toEqual({ state: 'failed', error });
    await failing.load();
    await failing.load();
    expect(failing.get()).toEqual({ state: 'ready', value: 3 });
  });

  it('replaces list items by id, and adds new ones at the end', () => {
    const idOf = (item: { id: string }) => item.id;
    const all = [{ id: 'a' }, { id: 'b' }];
    const next = { id: 'a', is: 'new' };
    expect(replaceBy(all, next, idOf)).toEqual([next, { id: 'b' }]);
    expect(replaceBy(all, { id: 'c' }, idOf)).toHaveLength(3);
  });
});
