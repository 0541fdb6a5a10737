/** What the dispatcher does when something it calls fails. */
import { describe, expect, it } from 'vitest';
import { type ServerMessage, serverMessage } from '#shared/contract/wire.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { Listeners } from '#shared/lib/disposer.ts';
import { createEmitter, Dispatcher } from '../../../electron/ipc/index.ts';
import { handlersFrom } from '../../support/fake-handlers.ts';

const event = { profileId: '7b6f1a52-5f4e-4d6b-9b61-0a1f0b6a1c11', channel: 'presence-room' };
const list = (id: number) => ({ type: 'call', id, method: 'profiles.list', input: {} });

function dispatcherOf(answer: () => unknown) {
  const events = new Listeners<ServerMessage>();
  const bugs: unknown[] = [];
  const dispatcher = new Dispatcher(handlersFrom({ 'profiles.list': answer }), events, (_where, error) =>
    bugs.push(error),
  );
  return { dispatcher, bugs, emit: createEmitter(events) };
}

describe('the dispatcher', () => {
  it('reports a bug of a child process as one, and does not pass on its text', async () => {
    const bug = AppError.fromFailure({ code: 'internal', message: 'An inner detail', retryable: false });
    const { dispatcher, bugs } = dispatcherOf(() => {
      throw bug;
    });
    const sent: ServerMessage[] = [];
    await dispatcher.open((message) => sent.push(message)).receive(list(1));
    expect(sent).toMatchObject([{ type: 'failure', id: 1, error: { code: 'internal' } }]);
    expect(JSON.stringify(sent)).not.toContain('An inner detail');
    expect(bugs).toEqual([bug]);
  });

  it('answers a message that zod throws on', async () => {
    const unmeasurable = { length: { valueOf: null, toString: null } };
    const { dispatcher, bugs } = dispatcherOf(() => ({ profiles: [], services: [] }));
    const sent: ServerMessage[] = [];
    const session = dispatcher.open((message) => sent.push(message));
    await session.receive({ ...list(1), method: unmeasurable });
    await session.receive({ ...list(2), method: 'publishing.publish', input: { channel: unmeasurable } });
    expect(sent).toMatchObject(
      [1, 2].map((id) => ({ type: 'failure', id, error: { code: 'invalid_input' } })),
    );
    expect(bugs).toEqual([]);
  });

  it('cuts a failure’s texts to what the wire takes, so that the page gets an answer', async () => {
    const { dispatcher } = dispatcherOf(() => {
      throw new AppError('conflict', 'm'.repeat(5000), { hint: 'h'.repeat(5000) });
    });
    const sent: ServerMessage[] = [];
    await dispatcher.open((message) => sent.push(message)).receive(list(1));
    expect(sent.map((message) => serverMessage.safeParse(message).success)).toEqual([true]);
    expect(JSON.stringify(sent)).toContain('mmm…');
  });

  it('survives a page that can’t be sent to: the call is over, and its id is free again', async () => {
    const { dispatcher, bugs } = dispatcherOf(() => ({ profiles: [], services: [] }));
    let isBroken = true;
    const sent: ServerMessage[] = [];
    const session = dispatcher.open((message) => {
      if (isBroken) throw new Error('The page is gone');
      sent.push(message);
    });
    await session.receive(list(1));
    await session.receive({ type: 'call', id: 2 });
    isBroken = false;
    await session.receive(list(1));
    expect(sent).toEqual([{ type: 'result', id: 1, output: { profiles: [], services: [] } }]);
    expect(bugs).toHaveLength(1);
  });

  it('answers with a failure when only the result can’t be sent', async () => {
    const { dispatcher } = dispatcherOf(() => ({ profiles: [], services: [] }));
    const sent: ServerMessage[] = [];
    const session = dispatcher.open((message) => {
      if (message.type === 'result') throw new Error('It could not be cloned');
      sent.push(message);
    });
    await session.receive(list(1));
    expect(sent).toMatchObject([{ type: 'failure', id: 1, error: { code: 'internal' } }]);
  });

  it('tells every page of an event, and fails nobody’s call, when one page can’t be sent to', async () => {
    const told: ServerMessage[] = [];
    const { dispatcher, emit } = dispatcherOf(() => {
      emit('presence.changed', event);
      return { profiles: [], services: [] };
    });
    dispatcher.open(() => {
      throw new Error('The page is gone');
    });
    const session = dispatcher.open((message) => told.push(message));
    await session.receive(list(1));
    expect(told.map(({ type }) => type)).toEqual(['event', 'result']);
  });
});
