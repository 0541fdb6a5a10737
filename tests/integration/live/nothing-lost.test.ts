/**
 * Nothing is lost: what a connection writes in the log equals what another client, which has nothing of Latchkey in it,
 * received of the same server, at 5,000 events a second for a minute.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { rowsPerCallLimit } from '#shared/contract/history.ts';
import { LogLine, lineBeginning } from '../../../electron/history/line-reader.ts';
import { eventually } from '../../support/conditions.ts';
import { EventSender } from '../../support/event-sender.ts';
import { HistoryHarness } from '../../support/history.ts';
import { profileFor, signWith, startLive } from '../../support/live.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const perSecond = 5000;
const seconds = 60;
const count = perSecond * seconds;

/** Of many frames, in their order. */
class Frames {
  readonly #hash = createHash('sha256');
  count = 0;

  add(bytes: Buffer): void {
    this.#hash.update(`${bytes.length} `).update(bytes);
    this.count++;
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}

const isEvent = (frame: Buffer) => frame.includes('"order-');

it('at 5,000 events a second for a minute, the log has every byte that another client received', async () => {
  const sender = await EventSender.start();
  onTestFinished(() => sender.stop());
  const { credentials } = sender;
  const log = new HistoryHarness(temporaryFolder());
  const { history } = log;
  const profile = profileFor(credentials, { profileId: log.profileId });
  const harness = startLive({}, (profileId, connection) => history.recorder(profileId, connection));
  harness.add(profile, signWith(credentials.key, credentials.secret));
  harness.live.connect(log.profileId);
  await harness.connected(log.profileId);
  await log.open('events', 'order-');

  const received = new Frames();
  const other = new WebSocket(`ws://127.0.0.1:${credentials.port}/app/${credentials.key}?protocol=7`);
  onTestFinished(() => other.terminate());
  other.on('message', (data: Buffer) => {
    if (isEvent(data)) received.add(data);
  });
  await once(other, 'message');

  const took = await sender.send({ from: 0, count, perSecond });
  expect(took).toBeGreaterThan(seconds * 0.98);
  await eventually(() => received.count === count, { what: 'every event at the other client' });
  await eventually(
    async () => {
      await history.flush(log.profileId);
      const status = await log.status('events');
      return status.matched === count && status.scanned === status.total;
    },
    { what: 'every event among the rows' },
  );

  const kept = new Frames();
  for (const line of log.linesOnDisk()) {
    const start = lineBeginning(line);
    if (start?.direction !== 'in') continue;
    const { bytes } = new LogLine(line, start.form, true);
    if (isEvent(bytes)) kept.add(bytes);
  }
  expect(kept.count).toBe(received.count);
  expect(kept.digest()).toBe(received.digest());
  const outOfPlace: string[] = [];
  for (let start = 0; start < count; start += rowsPerCallLimit) {
    const rows = await log.rows('events', start, rowsPerCallLimit);
    for (const [index, { preview }] of rows.entries()) {
      if (!preview.startsWith(`{"number":${start + index},`)) outOfPlace.push(`${start + index}: ${preview}`);
    }
  }
  expect(outOfPlace).toEqual([]);
  expect(log.problems).toEqual([]);
}, 150_000);
