/**
 * Imported into a main process before its own code (`node --import`): writes every message that it gets from a child
 * process to the file that `LATCHKEY_TEST_MESSAGES` names.
 */
import { ChildProcess } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { serialize } from 'node:v8';
import { frameRecord } from './recorded-messages.ts';

const path = process.env.LATCHKEY_TEST_MESSAGES;
if (!path) throw new Error('LATCHKEY_TEST_MESSAGES has to name a file');

const emit = ChildProcess.prototype.emit;
ChildProcess.prototype.emit = function (this: ChildProcess, event: string | symbol, ...args: unknown[]) {
  if (event === 'message') {
    const from = this.spawnargs.find((argument) => argument.startsWith('--title=')) ?? '';
    appendFileSync(path, frameRecord(serialize({ from: from.slice('--title='.length), message: args[0] })));
  }
  return Reflect.apply(emit, this, [event, ...args]);
} as typeof emit;
