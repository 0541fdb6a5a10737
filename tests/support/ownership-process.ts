/**
 * A start of Latchkey that is as light as can be: it takes its data folder or hands over, as the entries do, opens the
 * database if the folder is its own, and does nothing else until it is told to.
 */

import { type Ownership, takeFolder } from '../../electron/ownership/index.ts';
import { parentPort } from '../../electron/processes/parent-port.ts';
import { Database, Preferences } from '../../electron/storage/index.ts';

export type Command =
  | { readonly do: 'start'; readonly folder: string }
  | { readonly do: 'stopAnswering' }
  | { readonly do: 'release' };

export type Report =
  | { readonly outcome: 'ready' | 'done' }
  | { readonly outcome: 'owner'; readonly url: string; readonly notices: readonly string[] }
  | { readonly outcome: 'handedOver'; readonly pid: number; readonly url: string | undefined }
  | { readonly outcome: 'failed'; readonly problem: string };

const port = parentPort();
const say = (report: Report) => port.send(report);
let owned: { ownership: Ownership; database: Database } | undefined;

async function start(folder: string): Promise<Report> {
  const fail = (problem: unknown) => say({ outcome: 'failed', problem: String(problem) });
  const taken = await takeFolder({
    folder,
    host: 'web',
    version: '0.0.0',
    opensBrowser: false,
    onProblem: fail,
    onBug: fail,
  });
  if (taken.kind === 'handedOver') return { outcome: 'handedOver', pid: taken.to.pid, url: taken.to.url };
  const { ownership } = taken;
  const database = await Database.open(ownership.lock);
  new Preferences(database).write('owner', process.pid);
  owned = { ownership, database };
  const url = `http://127.0.0.1:1/#ticket=of-${process.pid}`;
  ownership.answerShow(() => ({ url }));
  return { outcome: 'owner', url, notices: database.notices };
}

async function obey(command: Command): Promise<Report> {
  if (command.do === 'start') return start(command.folder);
  if (command.do === 'stopAnswering') {
    await owned?.ownership.stopAnswering();
  } else {
    await owned?.ownership.stopAnswering();
    owned?.database.close();
    await owned?.ownership.release();
    owned = undefined;
  }
  return { outcome: 'done' };
}

port.onMessage((command) => {
  obey(command as Command).then(say, (error: unknown) => say({ outcome: 'failed', problem: String(error) }));
});
say({ outcome: 'ready' });
