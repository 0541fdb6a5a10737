import { describe, expect, it } from 'vitest';
import { createClient } from '../../../renderer/bridge/client.ts';
import { MemoryTransport } from './memory-transport.ts';

function start() {
  const transport = new MemoryTransport();
  return { transport, client: createClient(transport) };
}

describe('the client', () => {
  it('gives each call its own answer, in whatever order they come', async () => {
    const { transport, client } = start();
    const first = client.call('profiles.list', {});
    const second = client.call('live.list', {});
    expect(transport.sent).toEqual([
      { type: 'call', id: 0, method: 'profiles.list', input: {} },
      { type: 'call', id: 1, method: 'live.list', input: {} },
    ]);
    transport.deliver({ type: 'result', id: 1, output: { connections: [] } });
    transport.deliver({ type: 'result', id: 0, output: { profiles: [], services: [] } });
    await expect(first).resolves.toEqual({ profiles: [], services: [] });
    await expect(second).resolves.toEqual({ connections: [] });
  });

  it('rejects with the failure’s code, message and hint', async () => {
    const { transport, client } = start();
    const call = client.call('vault.unlock', {});
    transport.deliver({
      type: 'failure',
      id: 0,
      error: {
        code: 'keychain_locked',
        message: 'The keychain is locked.',
        hint: 'Unlock it.',
        retryable: true,
      },
    });
    await expect(call).rejects.toMatchObject({
      name: 'AppError',
      code: 'keychain_locked',
      message: 'The keychain is locked.',
      hint: 'Unlock it.',
      retryable: true,
    });
  });

  it('tells the main side when a call is cancelled, and ignores the late answer', async () => {
    const { transport, client } = start();
    const controller = new AbortController();
    const call = client.call('vault.unlock', {}, { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    expect(transport.sent.at(-1)).toEqual({ type: 'cancel', id: 0 });
    transport.deliver({ type: 'result', id: 0, output: {} });
  });

  it('sends nothing for a call that was cancelled before it began', async () => {
    const { transport, client } = start();
    await expect(client.call('live.list', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(transport.sent).toEqual([]);
  });

  it('delivers events to their listeners only, until disposed of', () => {
    const { transport, client } = start();
    const seen: unknown[] = [];
    const stop = client.on('settings.changed', (values) => seen.push(values.theme));
    const event = (theme: string) => ({ type: 'event', event: 'settings.changed', payload: { theme } });
    transport.deliver(event('dark'));
    transport.deliver({ type: 'event', event: 'profiles.changed', payload: { profiles: [], services: [] } });
    stop();
    transport.deliver(event('light'));
    expect(seen).toEqual(['dark']);
  });

  it('drops messages that break the wire format', async () => {
    const { transport, client } = start();
    const call = client.call('live.list', {});
    for (const junk of [
      undefined,
      1,
      'x',
      null,
      { type: 'result' },
      { type: 'result', id: 0, output: 1, more: 1 },
    ]) {
      transport.deliver(junk);
    }
    transport.deliver({ type: 'result', id: 0, output: { connections: [] } });
    await expect(call).resolves.toEqual({ connections: [] });
  });

  it('fails what was open, and what is new, as offline when the host goes away', async () => {
    const { transport, client } = start();
    const open = client.call('live.list', {});
    transport.become('offline');
    await expect(open).rejects.toMatchObject({ code: 'offline', retryable: true });
    await expect(client.call('live.list', {})).rejects.toMatchObject({ code: 'offline' });
    expect(transport.sent).toHaveLength(1);
  });
});
