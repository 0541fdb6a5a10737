/** The vault process's end of the channels on which secrets come in, over Node's own message channels. */
import { randomBytes } from 'node:crypto';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { Disposer } from '#shared/lib/disposer.ts';
import type { ChannelEnd } from '../../../electron/processes/port.ts';
import { openPortLimit, portLifeMs, SecretPorts } from '../../../electron/vault/secret-ports.ts';
import { eventually } from '../../support/conditions.ts';

type Heard = {
  readonly type: string;
  readonly portId?: string;
  readonly value?: string;
  readonly error?: { readonly code: string };
};

class Page {
  readonly heard: Heard[] = [];
  isClosed = false;
  readonly #port: MessagePort;

  constructor(ports: SecretPorts) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.on('message', (message) => this.heard.push(message));
    port1.on('close', () => {
      this.isClosed = true;
    });
    opened.push(port1);
    ports.accept(endOf(port2));
  }

  say(message: unknown): void {
    this.#port.postMessage(message);
  }

  close(): void {
    this.#port.close();
  }

  hears(type: string): Promise<Heard> {
    return eventually(() => this.heard.find((message) => message.type === type), { what: `“${type}”` });
  }

  async portId(): Promise<string> {
    return (await this.hears('ready')).portId ?? '';
  }

  async enter(value: string): Promise<string> {
    const portId = await this.portId();
    this.say({ type: 'enter', value });
    await this.hears('held');
    return portId;
  }
}

const opened: MessagePort[] = [];
afterEach(() => {
  for (const port of opened.splice(0)) port.close();
});

function endOf(port: MessagePort): ChannelEnd {
  return {
    send: (message) => port.postMessage(message),
    onMessage(listener) {
      port.on('message', listener);
      return () => port.off('message', listener);
    },
    onClose: (listener) => port.once('close', listener),
    close: () => port.close(),
  };
}

/** Timers that go off when they are told to. */
class Timers {
  readonly running = new Set<{ readonly delayMs: number; readonly call: () => void }>();
  readonly later = (delayMs: number, call: () => void): Disposer => {
    const timer = { delayMs, call };
    this.running.add(timer);
    return () => this.running.delete(timer);
  };
}

const newSecret = () => randomBytes(20).toString('hex');

describe('what is entered on a channel', () => {
  it('is held until it is taken, once, and the channel is closed then', async () => {
    const ports = new SecretPorts();
    const [one, other] = [new Page(ports), new Page(ports)];
    const [value, otherValue] = [newSecret(), newSecret()];
    const portId = await one.enter(value);
    const otherId = await other.enter(otherValue);
    expect(ports.take(otherId)).toBe(otherValue);
    expect(ports.take(portId)).toBe(value);
    expect(() => ports.take(portId)).toThrow(expect.objectContaining({ code: 'not_found' }));
    await eventually(() => one.isClosed && other.isClosed);
  });

  it('is gone when the page closes its end, as when it is reloaded', async () => {
    const timers = new Timers();
    const ports = new SecretPorts(timers.later);
    const page = new Page(ports);
    const portId = await page.enter(newSecret());
    page.close();
    await eventually(() => timers.running.size === 0, { what: 'the vault to notice' });
    expect(() => ports.take(portId)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('is gone after a minute', async () => {
    const timers = new Timers();
    const ports = new SecretPorts(timers.later);
    const [page, other] = [new Page(ports), new Page(ports)];
    const portId = await page.enter(newSecret());
    const otherId = await other.enter(newSecret());
    const [first] = timers.running;
    expect(first?.delayMs).toBe(portLifeMs);
    first?.call();
    await eventually(() => page.isClosed);
    expect(() => ports.take(portId)).toThrow(expect.objectContaining({ code: 'not_found', retryable: true }));
    expect(ports.take(otherId)).toHaveLength(40);
  });

  it('is refused, and never repeated, when it is not what the vault takes', async () => {
    const planted = newSecret();
    for (const message of [
      { type: 'enter', value: planted.repeat(61) },
      { type: 'enter', value: '' },
      { type: 'enter', value: planted, [planted]: 1 },
      { type: planted },
      { type: 'enter', value: { length: { valueOf: null, toString: planted } } },
      planted,
      null,
    ]) {
      const ports = new SecretPorts();
      const page = new Page(ports);
      const portId = await page.portId();
      page.say(message);
      expect((await page.hears('refused')).error).toMatchObject({ code: 'invalid_input' });
      await eventually(() => page.isClosed);
      expect(JSON.stringify(page.heard)).not.toContain(planted);
      expect(() => ports.take(portId)).toThrow(expect.objectContaining({ code: 'not_found' }));
    }
  });

  it('can’t be changed by a second value', async () => {
    const ports = new SecretPorts();
    const page = new Page(ports);
    const portId = await page.enter(newSecret());
    page.say({ type: 'enter', value: newSecret() });
    await page.hears('refused');
    expect(() => ports.take(portId)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });
});

describe('what is shown on a channel', () => {
  it('goes to the page that waits there, once, and the channel is closed then', async () => {
    const ports = new SecretPorts();
    const [page, other] = [new Page(ports), new Page(ports)];
    const portId = await page.portId();
    await other.portId();
    const value = newSecret();
    ports.show(portId, value);
    expect((await page.hears('secret')).value).toBe(value);
    await eventually(() => page.isClosed);
    expect(JSON.stringify(other.heard)).not.toContain(value);
    expect(() => ports.show(portId, value)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('is refused when the page has gone', async () => {
    const timers = new Timers();
    const ports = new SecretPorts(timers.later);
    const page = new Page(ports);
    const portId = await page.portId();
    page.close();
    await eventually(() => timers.running.size === 0, { what: 'the vault to notice' });
    expect(() => ports.show(portId, newSecret())).toThrow(expect.objectContaining({ code: 'not_found' }));
  });
});

it('keeps only so many channels open, and takes new ones when some are done', async () => {
  const ports = new SecretPorts();
  const pages = Array.from({ length: openPortLimit }, () => new Page(ports));
  const ids = await Promise.all(pages.map((page) => page.enter(newSecret())));
  const tooMany = new Page(ports);
  expect((await tooMany.hears('refused')).error).toMatchObject({ code: 'conflict' });
  await eventually(() => tooMany.isClosed);
  ports.take(ids[0] ?? '');
  await new Page(ports).portId();
});

it('takes nothing for a channel that it does not know', () => {
  expect(() => new SecretPorts().take('7b6f1a52-5f4e-4d6b-9b61-0a1f0b6a1c11')).toThrow(
    expect.objectContaining({ code: 'not_found' }),
  );
});
