/** The page's end of a channel to the vault process. The test is the vault process, over Node's own message channels. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient } from '../../../renderer/bridge/client.ts';
import { createElectronTransport } from '../../../renderer/bridge/electron-transport.ts';
import { VaultPort } from '../../../renderer/bridge/vault-port.ts';
import { eventually } from '../../support/conditions.ts';
import { MemoryTransport, settle } from './memory-transport.ts';

const ends: MessagePort[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end.close();
});

/** Opens a channel; gives the page's part of it and the vault's. */
function opening(signal?: AbortSignal) {
  let vault: MessagePort | undefined;
  const heard: unknown[] = [];
  const opened = VaultPort.open((port) => {
    vault = port;
    ends.push(port);
    port.onmessage = ({ data }) => heard.push(data);
  }, signal);
  if (!vault) throw new Error('Nothing was handed over');
  return { opened, vault, heard };
}

describe('a channel to the vault process', () => {
  it('says nothing before the vault process has', async () => {
    const { opened, vault, heard } = opening();
    const value = randomBytes(20).toString('hex');
    const portId = randomUUID();
    const entering = opened.then(async (port) => {
      await port.enter(value);
      return port.portId;
    });
    // A message of the page's would have come before the answer to this one.
    const { port1, port2 } = new MessageChannel();
    ends.push(port1, port2);
    const turn = new Promise((resolve) => {
      port1.onmessage = resolve;
    });
    port2.postMessage('');
    await turn;
    expect(heard).toEqual([]);
    vault.postMessage({ type: 'ready', portId });
    await eventually(() => heard.length > 0);
    expect(heard).toEqual([{ type: 'enter', value }]);
    vault.postMessage({ type: 'held' });
    expect(await entering).toBe(portId);
  });

  it('fails as locked when its other end is closed, before the vault answered or after', async () => {
    const before = opening();
    before.vault.close();
    await expect(before.opened).rejects.toMatchObject({ code: 'vault_locked', retryable: true });
    const after = opening();
    after.vault.postMessage({ type: 'ready', portId: randomUUID() });
    const entering = (await after.opened).enter('x');
    after.vault.close();
    await expect(entering).rejects.toMatchObject({ code: 'vault_locked', retryable: true });
  });

  it('fails as the vault process says', async () => {
    const { opened, vault } = opening();
    const error = { code: 'conflict', message: 'Too many.', hint: 'Wait.', retryable: true };
    vault.postMessage({ type: 'refused', error });
    await expect(opened).rejects.toMatchObject(error);
  });

  it('can be given up, and is closed then', async () => {
    const abort = new AbortController();
    const { opened, vault } = opening(abort.signal);
    const closed = new Promise((resolve) => vault.addEventListener('close', resolve));
    abort.abort();
    await expect(opened).rejects.toMatchObject({ code: 'cancelled' });
    await closed;
  });
});

it('hands the other end to the preload script through the page’s own window, to nobody else', async () => {
  const posted: unknown[] = [];
  const page = {
    location: { origin: 'app://latchkey' },
    postMessage: (...message: unknown[]) => {
      posted.push(message);
    },
  };
  const bridge = { send: () => {}, onMessage: () => () => {} };
  const transport = createElectronTransport(bridge, page as never);
  const opened = transport.openVaultPort?.(undefined);
  const [[message, origin, [port]]] = posted as [[string, string, [MessagePort]]];
  ends.push(port);
  expect([message, origin]).toEqual(['latchkey:port', 'app://latchkey']);
  port.postMessage({ type: 'ready', portId: randomUUID() });
  await opened;
});

describe('a secret being entered', () => {
  const place = { profileId: randomUUID(), kind: 'secret', slot: 'current', key: 'key' } as const;

  /** A page whose vault process takes channels and is silent, and never closes one. */
  function start() {
    const taken: MessagePort[] = [];
    const transport = Object.assign(new MemoryTransport(), {
      openVaultPort: (signal: AbortSignal | undefined) =>
        VaultPort.open((port) => {
          ends.push(port);
          taken.push(port);
        }, signal),
    });
    const become = (state: string) =>
      transport.deliver({
        type: 'event',
        event: 'vault.changed',
        payload: { state, store: null, reason: null, hint: null },
      });
    return { client: createClient(transport), transport, taken, become };
  }

  it.each(['locked', 'unavailable', 'choose'])('fails when the vault is %s meanwhile', async (state) => {
    const { client, become, transport } = start();
    const entering = client.secrets.enter({ ...place, value: 'x' });
    become('opening');
    become('waiting');
    become(state);
    await expect(entering).rejects.toMatchObject({ code: 'vault_locked', retryable: true });
    expect(transport.sent).toEqual([]);
  });

  it('fails when the vault process is started anew with the channel still in the last one', async () => {
    const { client, become, taken } = start();
    const entering = client.secrets.enter({ ...place, value: 'x' });
    taken[0]?.postMessage({ type: 'ready', portId: randomUUID() });
    const heard: unknown[] = [];
    taken[0]?.addEventListener('message', ({ data }) => heard.push(data));
    taken[0]?.start();
    await eventually(() => heard.length > 0);
    become('opening');
    await expect(entering).rejects.toMatchObject({ code: 'vault_locked', retryable: true });
  });

  it('can be given up by the user', async () => {
    const { client } = start();
    const abort = new AbortController();
    const entering = client.secrets.enter({ ...place, value: 'x' }, { signal: abort.signal });
    await settle();
    abort.abort();
    await expect(entering).rejects.toMatchObject({ code: 'cancelled' });
  });
});
