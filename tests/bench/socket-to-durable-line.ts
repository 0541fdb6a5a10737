/**
 * How many events a second get from a socket to a durable line, next to a client that only parses them, and next to
 * pusher-js with a callback for all events.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { freemem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Benchmark, compare } from './measure.ts';

const runs = 5;

export const socketToDurableLine: Benchmark = {
  name: 'socket-to-durable-line',
  run: ({ isQuick }) => nextTo('socket-to-durable-line', 'parsing-client', 0.8, isQuick),
};

export const socketToDurableLineNextToPusherJs: Benchmark = {
  name: 'socket-to-durable-line-next-to-pusher-js',
  run: ({ isQuick }) => nextTo('socket-to-durable-line-next-to-pusher-js', 'pusher-js-client', 3, isQuick),
};

async function nextTo(name: string, client: string, goal: number, isQuick: boolean) {
  const events = isQuick ? 60_000 : 600_000;
  await touchMemory(isQuick ? 64 : mostTouchedMb);
  return compare({
    name,
    unit: 'events/s',
    goal,
    lowerIsBetter: false,
    runs: isQuick ? 1 : runs,
    ours: () => eventsPerSecond('recording-client', events),
    peer: () => eventsPerSecond(client, events),
  });
}

const mostTouchedMb = 4096;

/**
 * A virtual machine may get its memory from its host page by page, as each is written to for the first time. That takes
 * longer than all else that is measured here, and only we write a log: 200 MB of it in a run. So the machine is made to
 * have its memory before.
 */
async function touchMemory(mostMb: number): Promise<void> {
  const megabytes = Math.min(mostMb, Math.floor(freemem() / 2 / 1024 / 1024));
  const [code]: unknown[] = await once(start('touched-memory', [megabytes]), 'exit');
  if (code !== 0) throw new Error(`${megabytes} MB of memory could not be touched.`);
}

async function eventsPerSecond(client: string, events: number): Promise<number> {
  const server = start('event-server', [events]);
  try {
    const { port } = await answer(server, isPort);
    const { seconds } = await answer(start(client, [port, events]), isSeconds);
    return events / seconds;
  } finally {
    server.disconnect();
  }
}

function start(name: string, args: readonly number[]): ChildProcess {
  const entry = fileURLToPath(new URL(`children/${name}.ts`, import.meta.url));
  return fork(entry, args.map(String), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

async function answer<T>(child: ChildProcess, isAnswer: (message: unknown) => message is T): Promise<T> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('A process of the benchmark ended without an answer.');
  });
  const [message]: unknown[] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  if (!isAnswer(message)) throw new Error('A process of the benchmark gave an unexpected answer.');
  return message;
}

function isPort(message: unknown): message is { port: number } {
  return typeof message === 'object' && message !== null && 'port' in message;
}

function isSeconds(message: unknown): message is { seconds: number } {
  return typeof message === 'object' && message !== null && 'seconds' in message;
}
