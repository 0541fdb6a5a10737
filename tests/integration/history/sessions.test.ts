/** What earlier runs recorded: listed, opened, named, kept, deleted; and damaged files as far as they go. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as contract from '#shared/contract/history.ts';
import type { HistoryOptions, Retention } from '../../../electron/history/index.ts';
import { eventually } from '../../support/conditions.ts';
import { eventFrame, HistoryHarness } from '../../support/history.ts';
import { hostileFrames } from '../../support/hostile-frames.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const parent = temporaryFolder();
let folders = 0;
const newFolder = () => join(parent, `history-${folders++}`);
/** Small, so that a few events make several segments. */
const limits = { bytes: 2000, lines: 10 };
const msPerDay = 86_400_000;
const everything: Retention = { keeps: () => true, days: 365, bytes: Number.MAX_SAFE_INTEGER };

/** A run that records, and ends in order. */
async function record(
  folder: string,
  frames: readonly string[],
  profileId?: string,
  options?: Partial<HistoryOptions>,
) {
  const run = new HistoryHarness(folder, { limits, ...options }, profileId);
  // A segment ends with a group of lines that is on disk.
  for (let start = 0; start < frames.length; start += limits.lines) {
    run.record(frames.slice(start, start + limits.lines));
    await run.history.flush(run.profileId);
  }
  const [session] = (await run.history.sessions(run.profileId)).sessions;
  await run.history.close();
  if (!session) throw new Error('The run has no session.');
  return {
    profileId: run.profileId,
    sessionId: session.sessionId,
    folder: join(folder, run.profileId, session.sessionId),
  };
}

const orders = (count: number, from = 0) =>
  Array.from({ length: count }, (_, id) => eventFrame(`orders-${id % 3}`, 'created', { id: from + id }));

async function rowsOf(run: HistoryHarness, sessionId: string, filter = '') {
  const which = { profileId: run.profileId, sessionId, viewId: 'old' };
  await run.history.openView({ ...which, filter });
  return eventually(
    async () => {
      const { rows, status } = await run.history.rows({ ...which, start: 0, count: 300 });
      return status.scanned === status.total ? { rows, status } : undefined;
    },
    { what: 'the end of the scan' },
  );
}

describe('an earlier session', () => {
  it('shows what was recorded, beside the session that is being recorded', async () => {
    const folder = newFolder();
    const frames = [...orders(35), ...hostileFrames('public', 'presence-p', 'private-encrypted-e')];
    const before = new HistoryHarness(folder, { limits });
    before.record(frames);
    await before.history.flush(before.profileId);
    await before.open('all', '');
    const recorded = await before.rows('all');
    const details = await Promise.all(recorded.map(({ sequence }) => before.detail(sequence)));
    await before.history.close();

    const run = new HistoryHarness(folder, { limits }, before.profileId);
    run.record(orders(3, 100));
    await run.history.flush(run.profileId);
    const { sessions, usedBytes } = await run.history.sessions(run.profileId);
    for (const session of sessions) contract.session.parse(session);
    expect(sessions.map(({ isCurrent, events }) => ({ isCurrent, events }))).toEqual([
      { isCurrent: true, events: 3 },
      { isCurrent: false, events: frames.length },
    ]);
    expect(usedBytes).toBe(sessions.reduce((sum, { bytes }) => sum + bytes, 0));
    const old = sessions[1]?.sessionId ?? '';
    expect((await rowsOf(run, old)).rows).toEqual(recorded);
    for (const detail of details) {
      const again = await run.history.detail({
        profileId: run.profileId,
        sessionId: old,
        sequence: detail.row.sequence,
      });
      expect(again).toEqual(detail);
    }
    expect((await rowsOf(run, old, '"id":31')).rows.map(({ sequence }) => sequence)).toEqual([31]);
    expect(await run.history.describeSession(run.profileId, old)).toEqual({
      events: frames.length,
      firstAt: recorded[0]?.at,
      lastAt: recorded.at(-1)?.at,
      isBeginningGone: false,
      problems: [],
    });
    // The live log has its own rows and filters all the while.
    expect(await run.find('"id":102')).toEqual([2]);
    await run.history.restart();
    expect((await rowsOf(run, old)).rows).toEqual(recorded);
  });

  it('can be named and kept, which lasts', async () => {
    const folder = newFolder();
    const { profileId, sessionId, folder: files } = await record(folder, orders(1));
    const changed: string[] = [];
    const first = new HistoryHarness(folder, { onSessionsChanged: (id) => changed.push(id) }, profileId);
    await first.history.updateSession(profileId, sessionId, { name: 'the outage' });
    await first.history.updateSession(profileId, sessionId, { isKept: true });
    expect(changed).toEqual([profileId, profileId]);
    await first.history.close();
    expect(statSync(join(files, 'session.json')).mode & 0o777).toBe(0o600);
    const second = new HistoryHarness(folder, {}, profileId);
    expect((await second.history.sessions(profileId)).sessions).toMatchObject([
      { sessionId, name: 'the outage', isKept: true, isCurrent: false },
    ]);
    writeFileSync(join(files, 'session.json'), '{"name":');
    expect((await second.history.sessions(profileId)).sessions).toMatchObject([
      { name: null, isKept: false },
    ]);
  });

  it('can be deleted, while it is looked at; the one that is being recorded can not', async () => {
    const folder = newFolder();
    const { profileId, sessionId, folder: files } = await record(folder, orders(12));
    const run = new HistoryHarness(folder, {}, profileId);
    run.record(orders(1));
    await run.history.flush(profileId);
    await rowsOf(run, sessionId);
    await run.history.removeSession(profileId, sessionId);
    expect(existsSync(files)).toBe(false);
    const gone = { code: 'not_found' };
    await expect(rowsOf(run, sessionId)).rejects.toMatchObject(gone);
    await expect(
      run.history.rows({ profileId, sessionId, viewId: 'old', start: 0, count: 1 }),
    ).rejects.toMatchObject(gone);
    await expect(run.history.detail({ profileId, sessionId, sequence: 0 })).rejects.toMatchObject(gone);
    await expect(run.history.removeSession(profileId, sessionId)).rejects.toMatchObject(gone);
    const [current] = (await run.history.sessions(profileId)).sessions;
    await expect(run.history.removeSession(profileId, current?.sessionId ?? '')).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(run.linesOnDisk()).toHaveLength(1);
  });
});

async function marksOf(run: HistoryHarness, log: { profileId: string; sessionId?: string }) {
  return (await run.history.markedEvents(log)).map(({ sequence, note }) => ({ sequence, note }));
}

describe('marks', () => {
  it('stay with their events, also when older segments are deleted', async () => {
    const folder = newFolder();
    const { profileId, sessionId } = await record(folder, orders(35));
    const log = { profileId, sessionId };
    const run = new HistoryHarness(folder, { limits }, profileId);
    await Promise.all([
      run.history.setMark({ ...log, sequence: 31, note: 'here it broke' }),
      run.history.setMark({ ...log, sequence: 3, note: '' }),
      run.history.setMark({ ...log, sequence: 12, note: 'no' }),
    ]);
    await run.history.setMark({ ...log, sequence: 12, note: null });
    expect(await marksOf(run, log)).toEqual([
      { sequence: 3, note: '' },
      { sequence: 31, note: 'here it broke' },
    ]);
    await expect(run.history.setMark({ ...log, sequence: 35, note: '' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await run.history.close();
    const { usedBytes } = await new HistoryHarness(folder, {}, profileId).history.sessions(profileId);
    const retention = () => ({ ...everything, bytes: usedBytes - 1000 });
    const later = new HistoryHarness(folder, { limits, retention }, profileId);
    await later.history.enforceRetention();
    const marks = await marksOf(later, log);
    expect(marks).toHaveLength(1);
    const { row } = await later.history.detail({ ...log, sequence: marks[0]?.sequence ?? -1 });
    expect(row.preview).toBe('{"id":31}');
  });

  it('of the session that is being recorded come with its first event', async () => {
    const run = new HistoryHarness(newFolder());
    const { profileId } = run;
    expect(await marksOf(run, { profileId })).toEqual([]);
    run.record(orders(1));
    await run.history.flush(profileId);
    await run.history.setMark({ profileId, sequence: 0, note: 'first' });
    expect(await marksOf(run, { profileId })).toEqual([{ sequence: 0, note: 'first' }]);
    const { row } = await run.detail(0);
    const { at, channel, event } = row;
    expect(await run.history.markedEvents({ profileId })).toEqual([
      { sequence: 0, note: 'first', at, channel, event },
    ]);
    expect(channel).not.toBeNull();
  });
});

describe('marks of damaged sessions', () => {
  it('stay with their events, and are not shown on others', async () => {
    const folder = newFolder();
    const { profileId, sessionId, folder: files } = await record(folder, orders(35));
    const log = { profileId, sessionId };
    const run = new HistoryHarness(folder, { limits }, profileId);
    await run.history.setMark({ ...log, sequence: 12, note: 'in what is lost' });
    await run.history.setMark({ ...log, sequence: 31, note: 'in what is left' });
    await run.history.close();
    rmSync(join(files, '000002.ndjson'));
    const later = new HistoryHarness(folder, { limits }, profileId);
    const [mark, ...others] = await marksOf(later, log);
    expect(others).toEqual([]);
    expect(mark?.note).toBe('in what is left');
    const { row } = await later.history.detail({ ...log, sequence: mark?.sequence ?? -1 });
    expect(row.preview).toBe('{"id":31}');
  });
});

describe('damaged files of a session', () => {
  it('are opened as far as they go, and what is missing is told', async () => {
    const folder = newFolder();
    const { profileId, sessionId, folder: files } = await record(folder, orders(55));
    const segments = readdirSync(files)
      .filter((name) => name.endsWith('.ndjson'))
      .sort();
    expect(segments.length).toBeGreaterThanOrEqual(5);
    const [first = '', second = '', third = '', fourth = ''] = segments.map((name) => join(files, name));
    const whole = readFileSync(first, 'utf8').split('\n');
    // A line overwritten in the middle, a torn end, an index of nonsense, a segment that is gone.
    const bent = whole.with(4, '\u0000'.repeat(whole[4]?.length ?? 0));
    writeFileSync(first, bent.join('\n'));
    rmSync(first.replace('.ndjson', '.index'));
    truncateSync(second, statSync(second).size - 5);
    appendFileSync(third.replace('.ndjson', '.index'), 'x');
    rmSync(fourth);
    const run = new HistoryHarness(folder, { limits }, profileId);
    const { rows } = await rowsOf(run, sessionId);
    const { problems, events } = await run.history.describeSession(profileId, sessionId);
    expect(rows).toHaveLength(events);
    expect(rows[4]).toMatchObject({ kind: 'undecodable' });
    expect(rows.filter(({ kind }) => kind === 'event').map(({ preview }) => preview)).toContain('{"id":0}');
    expect(rows.at(-1)?.preview).toBe('{"id":54}');
    expect(problems).toEqual([
      'The segment 000001.ndjson has 1 damaged line.',
      expect.stringMatching(
        /^The segment 000002\.ndjson ends within a line: its last \d+ bytes are left out\.$/,
      ),
      'Segment 4 is not there: its events are missing here.',
    ]);
    expect(run.problems).toEqual([]);
  });

  it('that change while the session is open are named where they are read', async () => {
    const folder = newFolder();
    const { profileId, sessionId, folder: files } = await record(folder, orders(25));
    const run = new HistoryHarness(folder, { limits }, profileId);
    const log = { profileId, sessionId };
    await run.history.openView({ ...log, viewId: 'old', filter: '' });
    rmSync(join(files, '000002.ndjson'));
    truncateSync(join(files, '000003.ndjson'), 5);
    const second = run.history.detail({ ...log, sequence: 12 });
    await expect(second).rejects.toMatchObject({
      code: 'storage_failed',
      message: 'The segment 000002.ndjson of the log is not there any more.',
    });
    const third = run.history.detail({ ...log, sequence: 22 });
    await expect(third).rejects.toMatchObject({
      message: 'The segment 000003.ndjson of the log is shorter than it was.',
    });
    expect((await run.history.detail({ ...log, sequence: 2 })).row.preview).toBe('{"id":2}');
  });

  it.each([
    { what: 'is not there any more', change: (path: string) => rmSync(path) },
    { what: 'is shorter than it was', change: (path: string) => truncateSync(path, 5) },
    {
      what: 'can’t be read (EISDIR)',
      change: (path: string) => {
        rmSync(path);
        mkdirSync(path);
      },
    },
  ])('end the search that comes to a segment that $what, and nothing else', async ({ what, change }) => {
    const folder = newFolder();
    const { profileId, sessionId, folder: files } = await record(folder, orders(35));
    const run = new HistoryHarness(folder, { limits }, profileId);
    const { history } = run;
    const log = { profileId, sessionId };
    await history.openView({ ...log, viewId: 'all', filter: '' });
    change(join(files, '000003.ndjson'));
    await history.openView({ ...log, viewId: 'found', filter: '"id":' });
    const ended = await eventually(() => run.grown.find(({ problem }) => problem !== undefined));
    expect(ended).toMatchObject({ viewId: 'found', total: 35 });
    expect(ended.problem).toContain(`The segment 000003.ndjson of the log ${what}.`);
    const first = await history.rows({ ...log, viewId: 'all', start: 0, count: 10 });
    expect(first.rows).toHaveLength(10);
    expect(first.status.problem).toBeUndefined();
    run.record(orders(3));
    expect(await run.find('"id":2')).toEqual([2]);
    // The query thread is the one that it was.
    const again = await history.rows({ ...log, viewId: 'found', start: 0, count: 1 });
    expect(again.status.problem).toBe(ended.problem);
    expect(run.problems).toEqual([]);
  });

  it('that can’t be read are told, and the others are shown', async () => {
    const folder = newFolder();
    const { profileId, sessionId, folder: files } = await record(folder, orders(25));
    rmSync(join(files, '000002.ndjson'));
    mkdirSync(join(files, '000002.ndjson'));
    const run = new HistoryHarness(folder, { limits }, profileId);
    const { problems, events } = await run.history.describeSession(profileId, sessionId);
    expect(events).toBe(15);
    expect(problems).toEqual([expect.stringContaining('000002.ndjson can’t be read (EISDIR)')]);
    await run.history.close();
    // What is there, and can't be opened: its end is not what is wrong with it.
    rmSync(join(files, '000002.ndjson'), { recursive: true });
    const socket = createServer();
    const path = join(mkdtempSync(join(tmpdir(), 'lk-')), 's');
    await new Promise<void>((resolve) => socket.listen(path, resolve));
    renameSync(path, join(files, '000002.ndjson'));
    const later = new HistoryHarness(folder, { limits }, profileId);
    expect((await later.history.describeSession(profileId, sessionId)).problems).toEqual([
      expect.stringContaining('000002.ndjson can’t be read (ENXIO)'),
    ]);
    await new Promise((resolve) => socket.close(resolve));
    rmSync(dirname(path), { recursive: true });
  });
});

describe('retention', () => {
  const age = (files: string, days: number) => {
    for (const name of readdirSync(files)) {
      const at = Date.now() / 1000 - days * 86_400;
      utimesSync(join(files, name), at, at);
    }
  };

  it('deletes what is older than it keeps, except what the user keeps', async () => {
    const folder = newFolder();
    const [old, kept, recent] = [
      await record(folder, orders(25)),
      await record(folder, orders(25)),
      await record(folder, orders(25)),
    ];
    age(old.folder, 8);
    age(kept.folder, 8);
    age(recent.folder, 6);
    const changed: string[] = [];
    const run = new HistoryHarness(folder, {
      retention: () => ({ ...everything, days: 7 }),
      onSessionsChanged: (id) => changed.push(id),
      now: () => Date.now() - 2 * msPerDay,
    });
    await run.history.updateSession(kept.profileId, kept.sessionId, { isKept: true });
    await run.history.enforceRetention();
    expect([old, kept, recent].map((each) => existsSync(each.folder))).toEqual([true, true, true]);
    const later = new HistoryHarness(folder, { retention: () => ({ ...everything, days: 7 }) });
    await later.history.enforceRetention();
    expect([old, kept, recent].map((each) => existsSync(each.folder))).toEqual([false, true, true]);
    expect(changed).toEqual([kept.profileId]);
  });

  it('deletes whole segments, the oldest first, until the rest fits', async () => {
    const folder = newFolder();
    const one = await record(folder, orders(35));
    age(one.folder, 2);
    const two = await record(folder, orders(35), one.profileId);
    const probe = new HistoryHarness(folder, {}, one.profileId);
    const { usedBytes } = await probe.history.sessions(one.profileId);
    const run = new HistoryHarness(
      folder,
      { limits, retention: () => ({ ...everything, bytes: usedBytes - 1500 }) },
      one.profileId,
    );
    await run.history.enforceRetention();
    const { problems, events, isBeginningGone } = await run.history.describeSession(
      one.profileId,
      one.sessionId,
    );
    expect(problems).toEqual([]);
    expect(isBeginningGone).toBe(true);
    expect(events).toBeGreaterThan(0);
    expect(events).toBeLessThan(35);
    // Its newest are left, and the later session is whole.
    expect((await rowsOf(run, one.sessionId)).rows.at(-1)?.preview).toBe('{"id":34}');
    expect((await run.history.describeSession(one.profileId, two.sessionId)).events).toBe(35);
    expect((await run.history.sessions(one.profileId)).usedBytes).toBeLessThanOrEqual(usedBytes - 1500);
  });

  it('tells of sessions that it shortened, also when it then met one that it can’t delete', async () => {
    const folder = newFolder();
    const old = await record(folder, orders(35));
    const stuck = await record(folder, orders(35));
    age(old.folder, 9);
    age(stuck.folder, 8);
    // A folder in a segment's place, which is not deleted as a file is.
    const last = join(stuck.folder, '000001.ndjson');
    rmSync(last);
    mkdirSync(join(last, 'full'), { recursive: true });
    utimesSync(last, Date.now() / 1000 - 8 * 86_400, Date.now() / 1000 - 8 * 86_400);
    const changed: string[] = [];
    const run = new HistoryHarness(folder, {
      retention: () => ({ ...everything, days: 7 }),
      onSessionsChanged: (id) => changed.push(id),
    });
    await run.history.enforceRetention();
    expect(run.problems).not.toEqual([]);
    expect(existsSync(old.folder)).toBe(false);
    expect(changed).toContain(old.profileId);
  });

  it('leaves no gap behind a segment that it can’t delete', async () => {
    const folder = newFolder();
    const stuck = await record(folder, orders(35));
    const other = await record(folder, orders(35));
    const segments = () => readdirSync(stuck.folder).filter((name) => name.endsWith('.ndjson'));
    const [first, second = '', ...rest] = segments().sort();
    expect(rest.length).toBeGreaterThan(1);
    rmSync(join(stuck.folder, second));
    mkdirSync(join(stuck.folder, second, 'full'), { recursive: true });
    age(stuck.folder, 9);
    age(other.folder, 8);
    const run = new HistoryHarness(folder, { retention: () => ({ ...everything, days: 7 }) });
    await run.history.enforceRetention();
    expect(run.problems).not.toEqual([]);
    expect(segments().sort()).toEqual([second, ...rest]);
    expect(segments()).not.toContain(first);
    expect(existsSync(other.folder)).toBe(false);
  });

  it('deletes no newer session in place of one that it can’t delete', async () => {
    const folder = newFolder();
    const stuck = await record(folder, orders(35));
    const newer = await record(folder, orders(35), stuck.profileId);
    const { sessions } = await new HistoryHarness(folder, {}, newer.profileId).history.sessions(
      newer.profileId,
    );
    const bytes = sessions.find(({ sessionId }) => sessionId === newer.sessionId)?.bytes ?? expect.fail();
    // What says whether it is kept can't be read, so that it may not be deleted.
    mkdirSync(join(stuck.folder, 'session.json'));
    age(stuck.folder, 2);
    const run = new HistoryHarness(
      folder,
      { retention: () => ({ ...everything, bytes: bytes + 5000 }) },
      newer.profileId,
    );
    await run.history.enforceRetention();
    expect(run.problems).not.toEqual([]);
    const { events } = await run.history.describeSession(newer.profileId, newer.sessionId);
    expect(events).toBe(35);
  });

  it('closes the views of what it shortens, which then open on what is left', async () => {
    const folder = newFolder();
    const { profileId, sessionId } = await record(folder, orders(35));
    const { usedBytes } = await new HistoryHarness(folder, {}, profileId).history.sessions(profileId);
    let bytes = everything.bytes;
    const run = new HistoryHarness(folder, { retention: () => ({ ...everything, bytes }) }, profileId);
    const { rows: before } = await rowsOf(run, sessionId);
    bytes = usedBytes - 500;
    await run.history.enforceRetention();
    const view = { profileId, sessionId, viewId: 'old' };
    await expect(run.history.rows({ ...view, start: 0, count: 1 })).rejects.toMatchObject({
      code: 'not_found',
    });
    const { rows, status } = await rowsOf(run, sessionId);
    expect(status.total).toBeLessThan(35);
    const lost = 35 - status.total;
    expect(rows).toEqual(before.slice(lost).map((row) => ({ ...row, sequence: row.sequence - lost })));
    await run.history.removeSession(profileId, sessionId);
    await expect(run.history.openView({ ...view, filter: '' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('goes on after a session that can’t be deleted, at the end of the run and before', async () => {
    const folder = newFolder();
    const stuck = await record(folder, orders(5));
    const other = await record(folder, orders(5));
    // What says whether it is kept can't be read, so that it may not be deleted.
    mkdirSync(join(stuck.folder, 'session.json'));
    age(stuck.folder, 9);
    age(other.folder, 8);
    const early = new HistoryHarness(folder, { retention: () => ({ ...everything, days: 7 }) });
    await early.history.enforceRetention();
    expect([stuck, other].map((each) => existsSync(each.folder))).toEqual([true, false]);
    expect(early.problems).toContain('Old sessions of the event log could not be deleted: EISDIR.');
    await early.history.close();
    const last = await record(folder, orders(5));
    const run = new HistoryHarness(folder, { retention: () => ({ ...everything, keeps: () => false }) });
    run.record(orders(2));
    await run.history.close();
    expect([stuck, last].map((each) => existsSync(each.folder))).toEqual([true, false]);
    expect(readdirSync(join(folder, run.profileId))).toEqual([]);
    expect(run.problems.at(-1)).toBe(
      'Sessions of apps that keep nothing could not be deleted (EISDIR). The next start tries again.',
    );
  });

  it('leaves nothing of an app that keeps nothing: at its end, or at the next start after a crash', async () => {
    const folder = newFolder();
    const keepsNothing = () => ({ ...everything, keeps: () => false });
    const ended = await record(folder, orders(5), undefined, { retention: keepsNothing });
    expect(existsSync(ended.folder)).toBe(false);
    const crashed = await record(folder, orders(5));
    const kept = await record(folder, orders(5), crashed.profileId);
    const run = new HistoryHarness(folder, { retention: keepsNothing }, crashed.profileId);
    await run.history.updateSession(crashed.profileId, kept.sessionId, { isKept: true });
    await run.history.enforceRetention();
    expect([crashed, kept].map((each) => existsSync(each.folder))).toEqual([false, true]);
  });

  it('goes by a session’s own order when the clock was set back, and leaves its newest', async () => {
    const folder = newFolder();
    const { profileId, sessionId, folder: files } = await record(folder, orders(35));
    // The last segment seems the oldest.
    const last = readdirSync(files)
      .filter((name) => name.endsWith('.ndjson'))
      .sort()
      .at(-1);
    const at = Date.now() / 1000 - 86_400;
    utimesSync(join(files, last ?? ''), at, at);
    const { usedBytes } = await new HistoryHarness(folder, {}, profileId).history.sessions(profileId);
    const retention = () => ({ ...everything, bytes: usedBytes - 500 });
    const run = new HistoryHarness(folder, { limits, retention }, profileId);
    await run.history.enforceRetention();
    expect((await rowsOf(run, sessionId)).rows.at(-1)?.preview).toBe('{"id":34}');
    expect(readdirSync(files)).not.toContain('000001.ndjson');
  });

  it('leaves what the user keeps, also when that is said while it works', async () => {
    const folder = newFolder();
    const { profileId, sessionId, folder: files } = await record(folder, orders(95));
    age(files, 9);
    const run = new HistoryHarness(
      folder,
      { limits, retention: () => ({ ...everything, days: 7 }) },
      profileId,
    );
    const enforced = run.history.enforceRetention();
    await run.history.updateSession(profileId, sessionId, { isKept: true, name: 'the outage' });
    const left = readdirSync(files).filter((name) => name.endsWith('.ndjson')).length;
    await enforced;
    expect(readdirSync(files).filter((name) => name.endsWith('.ndjson'))).toHaveLength(left);
    expect((await run.history.sessions(profileId)).sessions).toMatchObject([
      { isKept: true, name: 'the outage' },
    ]);
  });

  it('does not touch an import of this run before its end, whatever its app keeps', async () => {
    const folder = newFolder();
    const { profileId, folder: files } = await record(folder, orders(3));
    const path = join(parent, 'import.ndjson');
    writeFileSync(path, readFileSync(join(files, '000001.ndjson')));
    const retention = () => ({ ...everything, keeps: () => false });
    const run = new HistoryHarness(folder, { retention }, profileId);
    await run.history.enforceRetention();
    const signal = new AbortController().signal;
    const { sessionId } = await run.history.importEvents(profileId, path, { signal, onProgress: () => {} });
    await run.history.enforceRetention();
    expect((await run.history.describeSession(profileId, sessionId)).events).toBe(3);
    await run.history.close();
    expect(existsSync(join(folder, profileId, sessionId))).toBe(false);
  });

  it('does not touch the session that is being recorded', async () => {
    const folder = newFolder();
    const run = new HistoryHarness(folder, {
      limits,
      retention: () => ({ keeps: () => true, days: 1, bytes: 0 }),
    });
    run.record(orders(50));
    await run.history.flush(run.profileId);
    await run.history.enforceRetention();
    expect(run.linesOnDisk()).toHaveLength(50);
  });
});

it('forgets everything of an app that is gone', async () => {
  const folder = newFolder();
  const { profileId, folder: files } = await record(folder, orders(5));
  const run = new HistoryHarness(folder, {}, profileId);
  run.record(orders(2));
  await run.history.forget(profileId);
  expect(existsSync(files)).toBe(false);
  expect((await run.history.sessions(profileId)).sessions).toEqual([]);
});
