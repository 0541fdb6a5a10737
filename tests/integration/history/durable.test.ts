/**
 * A line is called durable when fdatasync has returned, and not before. That a disk keeps what it has synced is the
 * disk's own promise.
 */
import { BroadcastChannel } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../support/conditions.ts';
import { gateName, type SyncAnswer } from '../../support/gated-writer.ts';
import { eventFrame, HistoryHarness, historyEntry } from '../../support/history.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** A log whose syncs are answered by the test, and all that its writer did and told, in order. */
function gatedLog() {
  const folder = temporaryFolder();
  const seen: string[] = [];
  const gate = new BroadcastChannel(gateName(folder));
  onTestFinished(() => gate.close());
  const harness = new HistoryHarness(folder, {
    entries: {
      writer: new URL('../../support/gated-writer.ts', import.meta.url),
      query: historyEntry('query-thread'),
      search: historyEntry('search-thread'),
    },
    onProblem: (message) => seen.push(message),
    onDurable: (_, count) => seen.push(`durable ${count}`),
  });
  const answerSync = (answer: SyncAnswer) => gate.postMessage(answer);
  return { harness, seen, answerSync };
}

it('a line is on its way to the disk, but not durable, until the sync has returned', async () => {
  const { harness, seen, answerSync } = gatedLog();
  harness.record([eventFrame('c', 'e', 'one')]);
  await eventually(() => seen.includes('sync'));
  expect(harness.linesOnDisk()).toHaveLength(1);
  const flushed = harness.history.flush(harness.profileId).then(() => seen.push('flushed'));
  expect(seen).toEqual(['write', 'sync']);
  answerSync(null);
  await flushed;
  expect(seen).toEqual(['write', 'sync', 'durable 1', 'flushed']);
});

it('a sync that fails makes nothing durable: the line is written again before the next one', async () => {
  const { harness, seen, answerSync } = gatedLog();
  harness.record([eventFrame('c', 'e', 'one')]);
  await eventually(() => seen.includes('sync'));
  answerSync('EIO');
  await eventually(() => seen.filter((each) => each === 'sync').length === 2);
  answerSync(null);
  await harness.history.flush(harness.profileId);
  expect(seen).toEqual([
    'write',
    'sync',
    expect.stringContaining('EIO'),
    // The kernel may have dropped what it could not sync: syncing again without writing again would prove nothing.
    'write',
    'sync',
    'durable 1',
  ]);
  expect(harness.linesOnDisk()).toHaveLength(1);
});
