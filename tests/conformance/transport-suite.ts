/** What every transport of the contract has to do, whatever carries it. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServerMessage } from '#shared/contract/wire.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { Listeners } from '#shared/lib/disposer.ts';
import { createEmitter, Dispatcher, openCallLimit } from '../../electron/ipc/index.ts';
import { eventually } from '../support/conditions.ts';
import { handlersFrom } from '../support/fake-handlers.ts';

export interface TransportUnderTest {
  /** Connects a page: what it says goes in, what it hears comes out. */
  connect(openSession: Dispatcher['open']): Promise<{
    send(message: unknown): void;
    onMessage(listener: (message: unknown) => void): void;
    close(): Promise<void>;
  }>;
}

const profileId = '7b6f1a52-5f4e-4d6b-9b61-0a1f0b6a1c11';

export function describeTransport(name: string, transport: TransportUnderTest): void {
  describe(`the contract over ${name}`, () => {
    const events = new Listeners<ServerMessage>();
    const emit = createEmitter(events);
    const bugs: unknown[] = [];
    const aborted: unknown[] = [];
    const released: string[] = [];
    let messages: ServerMessage[];
    let page: Awaited<ReturnType<TransportUnderTest['connect']>>;

    const dispatcher = new Dispatcher(
      handlersFrom({
        'profiles.list': () => ({ profiles: [], services: [] }),
        'profiles.remove': () => {
          throw new AppError('not_found', 'Gone.', { hint: 'Look elsewhere.', retryable: true });
        },
        'sandbox.status': () => ({ state: 'running', secret: 'not in the contract' }),
        'live.list': (_input, { held }) => {
          held.set('a', () => released.push('a'));
          held.set('b', () => released.push('b'));
          held.delete('b');
          return { connections: [] };
        },
        'vault.status': () => {
          throw new Error('An inner detail');
        },
        'presence.poll': (_input, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              aborted.push(signal.reason);
              reject(signal.reason);
            });
          }),
      }),
      events,
      (_where, error) => bugs.push(error),
    );

    beforeEach(async () => {
      messages = [];
      bugs.length = 0;
      aborted.length = 0;
      page = await transport.connect((send) => dispatcher.open(send));
      page.onMessage((message) => messages.push(message as ServerMessage));
    });
    afterEach(() => page.close());

    const answerTo = (id: number) =>
      eventually(() => messages.find((message) => 'id' in message && message.id === id), {
        what: `an answer to call ${id}`,
      });
    const call = (id: number, method: string, input: unknown) => {
      page.send({ type: 'call', id, method, input });
      return answerTo(id);
    };

    it('answers a call', async () => {
      expect(await call(1, 'profiles.list', {})).toEqual({
        type: 'result',
        id: 1,
        output: { profiles: [], services: [] },
      });
    });

    it('carries an expected failure with its code, hint and retryability, and no stack', async () => {
      expect(await call(2, 'profiles.remove', { profileId })).toEqual({
        type: 'failure',
        id: 2,
        error: { code: 'not_found', message: 'Gone.', hint: 'Look elsewhere.', retryable: true },
      });
    });

    it('hides what an unexpected failure says, and reports it once', async () => {
      const answer = await call(3, 'vault.status', {});
      expect(answer).toMatchObject({ type: 'failure', error: { code: 'internal' } });
      expect(JSON.stringify(answer)).not.toContain('An inner detail');
      expect(bugs).toHaveLength(1);
    });

    it('refuses an output that breaks the contract', async () => {
      expect(await call(4, 'sandbox.status', {})).toMatchObject({
        type: 'failure',
        error: { code: 'internal' },
      });
    });

    it('refuses unknown methods, prototype names and events as calls', async () => {
      for (const [index, method] of [
        'nothing.here',
        '__proto__.x',
        'profiles.constructor',
        'profiles.changed',
        '',
      ].entries()) {
        expect(await call(10 + index, method, {})).toMatchObject({
          type: 'failure',
          error: { code: 'invalid_input' },
        });
      }
    });

    it('refuses malformed input without repeating it', async () => {
      const planted = randomBytes(24).toString('base64');
      const answer = await call(20, 'vault.enterSecret', {
        profileId,
        kind: 'secret',
        slot: 'current',
        value: planted,
        [planted]: true,
      });
      expect(answer).toMatchObject({ type: 'failure', error: { code: 'invalid_input' } });
      expect(JSON.stringify(answer)).not.toContain(planted);
    });

    it('cancels a call', async () => {
      page.send({
        type: 'call',
        id: 30,
        method: 'presence.poll',
        input: { profileId, channel: 'presence-x' },
      });
      page.send({ type: 'cancel', id: 30 });
      expect(await answerTo(30)).toMatchObject({ type: 'failure', error: { code: 'cancelled' } });
    });

    it('aborts what a page was waiting for when the page goes', async () => {
      page.send({
        type: 'call',
        id: 31,
        method: 'presence.poll',
        input: { profileId, channel: 'presence-x' },
      });
      await call(32, 'profiles.list', {});
      await page.close();
      await eventually(() => aborted.length === 1);
    });

    it('gives back what a page held when the page goes', async () => {
      await call(35, 'live.list', {});
      expect(released).toEqual([]);
      await page.close();
      await eventually(() => released.length > 0);
      expect(released).toEqual(['a']);
    });

    it('bounds the calls that may be open', async () => {
      for (let index = 0; index <= openCallLimit; index++) {
        page.send({
          type: 'call',
          id: 1000 + index,
          method: 'presence.poll',
          input: { profileId, channel: 'presence-x' },
        });
      }
      expect(await answerTo(1000 + openCallLimit)).toMatchObject({
        type: 'failure',
        error: { code: 'conflict' },
      });
    });

    it('survives messages that are not messages', async () => {
      for (const junk of [
        null,
        42,
        'text',
        [],
        {},
        { type: 'call' },
        { type: 'call', id: -1, method: 'x', input: 1 },
      ]) {
        page.send(junk);
      }
      expect(await call(40, 'profiles.list', {})).toMatchObject({ type: 'result' });
    });

    it('delivers events, checked before they leave', async () => {
      await call(50, 'profiles.list', {});
      emit('presence.changed', { profileId, channel: 'presence-room' });
      await eventually(() => messages.find((message) => message.type === 'event'));
      expect(messages.at(-1)).toEqual({
        type: 'event',
        event: 'presence.changed',
        payload: { profileId, channel: 'presence-room' },
      });
      expect(() => emit('presence.changed', { profileId, channel: 'x', extra: 1 } as never)).toThrow();
    });
  });
}
