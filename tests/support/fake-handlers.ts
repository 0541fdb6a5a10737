/** Handlers that answer by a table, for tests of what carries calls rather than of what they do. */
import type { CallContext, Handlers } from '../../electron/ipc/index.ts';

type Answers = Readonly<Record<string, (input: unknown, context: CallContext) => unknown>>;

/** A call that the table does not name fails loudly: a bug in the test. */
export function handlersFrom(answers: Answers): Handlers {
  const feature = (name: string) =>
    new Proxy({}, { get: (_target, method) => answers[`${name}.${String(method)}`] });
  return new Proxy({}, { get: (_target, name) => feature(String(name)) }) as Handlers;
}
