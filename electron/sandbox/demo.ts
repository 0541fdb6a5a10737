/**
 * Demo traffic: a publisher that uses the sandbox's own signed HTTP API, and scripted members who join through real
 * WebSocket connections. Every payload says what it is.
 */
import { type EncryptedData, encryptEvent, signChannel, signRequest } from '../signing/index.ts';
import { demoChannels } from './demo-channels.ts';
import { DemoMember } from './demo-member.ts';
import type { SandboxApp } from './server/app-store.ts';

const note = 'Demo traffic from the built-in sandbox';
/** About 3.7 events a second; an order every 810 ms. */
const tickIntervalMs = 270;
const schedule = ['order', 'price', 'chat', 'order', 'price', 'price'] as const;
/** A member joins or leaves every 15 ticks: every 4 s. */
const ticksPerMembershipChange = 15;
const [fewestMembers, mostMembers] = [3, 5];
const chanceOfLeaving = 0.5;

const people = [
  { userId: 'ana', name: 'Ana Costa', role: 'Support' },
  { userId: 'bo', name: 'Bo Lindgren', role: 'Warehouse' },
  { userId: 'chidi', name: 'Chidi Okafor', role: 'Sales' },
  { userId: 'dara', name: 'Dara Singh', role: 'Finance' },
  { userId: 'emi', name: 'Emi Tanaka', role: 'Support' },
] as const;
const lines = [
  'Good morning.',
  'Is the parcel for order 1007 on its way?',
  'It left the warehouse ten minutes ago.',
  'Thanks, I will tell the customer.',
  'Stock of the blue lamp is low.',
] as const;

export interface DemoOptions {
  readonly port: number;
  readonly app: SandboxApp;
  /** Asked anew for each event: it may be switched. */
  readonly masterKey: () => Uint8Array;
}

export class DemoTraffic {
  readonly #options: DemoOptions;
  readonly #members = new Map<string, DemoMember>();
  readonly #aborting = new AbortController();
  readonly #publishing = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #tick = 0;
  #orderEvents = 0;

  constructor(options: DemoOptions) {
    this.#options = options;
  }

  /** Publishes its first event at once. */
  start(): void {
    if (this.#timer || this.#aborting.signal.aborted) return;
    for (const person of people.slice(0, fewestMembers)) this.#join(person);
    this.#timer = setInterval(() => this.#step(), tickIntervalMs);
    this.#step();
  }

  /** For good: make another one to go on. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#aborting.abort();
    for (const member of this.#members.values()) member.leave();
    this.#members.clear();
    await Promise.all(this.#publishing);
  }

  #step(): void {
    const tick = this.#tick++;
    const kind = schedule[tick % schedule.length];
    if (kind === 'order') this.#publishOrder();
    else if (kind === 'price') this.#publishPrice();
    else this.#publishChat(tick);
    if (tick % ticksPerMembershipChange === ticksPerMembershipChange - 1) this.#changeMembers();
  }

  /** Orders come in pairs: one is created, then the same one is paid. */
  #publishOrder(): void {
    const count = this.#orderEvents++;
    const id = 1000 + Math.floor(count / 2);
    const order = { id, total: (19.9 + (id % 7) * 5).toFixed(2), currency: 'EUR', demo: true, note };
    const event = count % 2 === 0 ? 'order.created' : 'order.paid';
    this.#publish(demoChannels.orders, event, JSON.stringify(order));
  }

  #publishPrice(): void {
    const cents = 4000 + Math.floor(Math.random() * 500);
    const data = { symbol: 'LAMP', price: (cents / 100).toFixed(2), currency: 'EUR', demo: true, note };
    this.#publish(demoChannels.prices, 'price.changed', JSON.stringify(data));
  }

  #publishChat(tick: number): void {
    const count = Math.floor(tick / schedule.length);
    const from = people[count % people.length]?.name;
    const data = { from, text: lines[count % lines.length], demo: true, note };
    this.#publish(demoChannels.chat, 'message.sent', JSON.stringify(data));
  }

  #publish(channel: string, name: string, plaintext: string): void {
    const data =
      channel === demoChannels.orders ? JSON.stringify(this.#encrypt(channel, plaintext)) : plaintext;
    const publishing = this.#post(JSON.stringify({ name, channels: [channel], data })).finally(() =>
      this.#publishing.delete(publishing),
    );
    this.#publishing.add(publishing);
  }

  #encrypt(channel: string, plaintext: string): EncryptedData {
    return encryptEvent({ masterKey: this.#options.masterKey(), channel, plaintext });
  }

  /** An event that could not be sent is let go: the next one comes soon. */
  async #post(body: string): Promise<void> {
    const { app, port } = this.#options;
    const path = `/apps/${app.appId}/events`;
    const timestampSeconds = Date.now() / 1000;
    const { query } = signRequest({ ...app.oldestPair, method: 'POST', path, body, timestampSeconds });
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}?${query}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
        signal: this.#aborting.signal,
      });
      await response.arrayBuffer();
    } catch {
      // Stopped, or the server is closing.
    }
  }

  /** Between three and five are there; a revoked pair may have thrown all of them out. */
  #changeMembers(): void {
    const absent = people.filter(({ userId }) => !this.#members.has(userId));
    const missing = fewestMembers - this.#members.size;
    const shouldLeave = missing < 0 && (this.#members.size >= mostMembers || Math.random() < chanceOfLeaving);
    const [longest] = this.#members.values();
    if (shouldLeave) longest?.leave();
    else for (const person of absent.slice(0, Math.max(missing, 1))) this.#join(person);
  }

  #join({ userId, name, role }: (typeof people)[number]): void {
    const { app, port } = this.#options;
    const pair = app.oldestPair;
    const channel = demoChannels.room;
    const channelData = JSON.stringify({ user_id: userId, user_info: { name, role, demo: true, note } });
    const member = new DemoMember({
      url: `ws://127.0.0.1:${port}/app/${pair.key}?protocol=7&client=latchkey-demo&version=1.0.0`,
      subscription: (socketId) => ({
        channel,
        auth: signChannel({ ...pair, socketId, channel, channelData }),
        channel_data: channelData,
      }),
      onGone: () => {
        if (this.#members.get(userId) === member) this.#members.delete(userId);
      },
    });
    this.#members.set(userId, member);
  }
}
