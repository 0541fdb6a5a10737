import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Row, ViewStatus } from '#shared/contract/history.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { createClient } from '../../../renderer/bridge/client.ts';
import { LogPages, pageLimit, rowsPerPage } from '../../../renderer/state/log-pages.ts';
import { LogView, LogViews } from '../../../renderer/state/log-view.ts';
import { MemoryTransport, settle } from './memory-transport.ts';

const profileId = randomUUID();

function row(sequence: number): Row {
  return {
    sequence,
    at: sequence,
    direction: 'in',
    connection: 1,
    kind: 'event',
    channel: 'orders',
    event: 'created',
    sizeBytes: 10,
    preview: '',
    encryption: null,
  };
}

/** A log whose rows match a filter when their number divides by it. */
class FakeHistory {
  readonly transport = new MemoryTransport();
  readonly openViews = new Map<string, number>();
  readonly requests: { start: number; count: number }[] = [];
  total: number;
  /** Of a session whose files went, nothing is left to open. */
  isRemoved = false;

  constructor(total: number) {
    this.total = total;
    this.transport.answer = (method, input) => this.#answer(method, input);
  }

  /** Its oldest events go, and its views are closed. */
  shorten(by: number): void {
    this.total -= by;
    this.openViews.clear();
  }

  remove(): void {
    this.isRemoved = true;
    this.openViews.clear();
  }

  tellSessionsChanged(): void {
    this.transport.deliver({ type: 'event', event: 'history.sessionsChanged', payload: { profileId } });
  }

  status(viewId: string): ViewStatus {
    const step = this.openViews.get(viewId) ?? 1;
    const matched = Math.ceil(this.total / step);
    return {
      profileId,
      viewId,
      total: this.total,
      scanned: this.total,
      matched,
      unread: 0,
      perSecond: 0,
      floor: 0,
    };
  }

  grow(by: number): void {
    this.total += by;
    for (const viewId of this.openViews.keys()) {
      this.transport.deliver({ type: 'event', event: 'history.grew', payload: this.status(viewId) });
    }
  }

  #answer(method: string, input: unknown): unknown {
    const { viewId, filter, start, count } = input as {
      viewId: string;
      filter: string;
      start: number;
      count: number;
    };
    if (method === 'history.openView') {
      if (this.isRemoved) throw new AppError('not_found', 'This session is not there any more.');
      this.openViews.set(viewId, Number(filter) || 1);
      return this.status(viewId);
    }
    if (method === 'history.closeView') {
      this.openViews.delete(viewId);
      return {};
    }
    if (method === 'history.rowOf') {
      const { place } = input as { place: { sequence: number } };
      const index = Math.ceil(place.sequence / (this.openViews.get(viewId) ?? 1));
      const sequence = index * (this.openViews.get(viewId) ?? 1);
      return { row: sequence < this.total ? { index, sequence } : null };
    }
    if (method === 'history.rows') {
      if (!this.openViews.has(viewId)) throw new AppError('not_found', 'This view is not open.');
      this.requests.push({ start, count });
      const step = this.openViews.get(viewId) ?? 1;
      const status = this.status(viewId);
      const length = Math.max(0, Math.min(count, status.matched - start));
      return { start, rows: Array.from({ length }, (_, index) => row((start + index) * step)), status };
    }
    if (method === 'history.clear') {
      const hidden = this.total;
      this.total = 0;
      return { hidden, from: 0 };
    }
    return undefined;
  }
}

async function open(total: number) {
  const history = new FakeHistory(total);
  const view = new LogView(createClient(history.transport), profileId, 'page');
  const release = view.acquire();
  await settle();
  return { history, view, release };
}

describe('the page’s view of a log', () => {
  it('holds a few pages of a million rows, and asks for those in sight', async () => {
    const { history, view } = await open(1_000_000);
    expect(view.count).toBe(1_000_000);
    expect(view.row(999_999)?.sequence).toBe(999_999);
    view.setFollowing(false);
    view.want({ start: 500_050, end: 500_080 });
    await settle();
    expect(view.row(500_060)?.sequence).toBe(500_060);
    expect(view.row(0)).toBeUndefined();
    expect(history.requests.length).toBeLessThan(5);
  });

  it('asks for its rows anew when what was cleared is shown again, and they have other numbers', async () => {
    const { history, view } = await open(100);
    expect(view.row(99)?.sequence).toBe(99);
    const before = history.requests.length;
    const [viewId = ''] = [...history.openViews.keys()].slice(-1);
    const payload = { ...history.status(viewId), floor: 10 };
    history.transport.deliver({ type: 'event', event: 'history.grew', payload });
    expect(view.row(99)).toBeUndefined();
    await settle();
    expect(history.requests.length).toBeGreaterThan(before);
    expect(view.row(99)?.sequence).toBe(99);
  });

  it('keeps the open event, and no row, active when rows get other numbers', async () => {
    const { history, view } = await open(100);
    view.openDetail(90);
    view.togglePause();
    const [viewId = ''] = [...history.openViews.keys()].slice(-1);
    const payload = { ...history.status(viewId), floor: 10, matched: 90 };
    history.transport.deliver({ type: 'event', event: 'history.grew', payload });
    expect(view.get()).toMatchObject({ active: { index: null, sequence: 90 }, frozenCount: 90 });
  });

  it('does not take turns with another filter that was ended', async () => {
    const { history, view } = await open(100);
    await view.setFilter('2');
    await view.setFilter('5');
    for (const expected of ['2', '']) {
      const [viewId = ''] = [...history.openViews.keys()].slice(-1);
      const payload = { ...history.status(viewId), problem: 'It took too long.' };
      history.transport.deliver({ type: 'event', event: 'history.grew', payload });
      await settle();
      expect(view.get().filter).toBe(expected);
    }
  });

  it('goes back to the filter before when one was ended, and says why', async () => {
    const { history, view } = await open(100);
    await view.setFilter('2');
    await view.setFilter('5');
    expect(view.get()).toMatchObject({ filter: '5', ended: undefined });
    const [viewId = ''] = [...history.openViews.keys()].slice(-1);
    const problem = 'It took too long.';
    const payload = { ...history.status(viewId), matched: 0, problem };
    history.transport.deliver({ type: 'event', event: 'history.grew', payload });
    await settle();
    expect(view.get()).toMatchObject({ filter: '2', ended: { filter: '5', message: problem } });
    expect(view.count).toBe(50);
    await view.setFilter('10');
    expect(view.get()).toMatchObject({ filter: '10', ended: undefined });
  });

  it('shows new rows only once they are there, when it follows', async () => {
    const { history, view } = await open(10);
    history.grow(5);
    expect(view.count).toBe(10);
    await settle();
    expect(view.count).toBe(15);
    expect(view.row(14)?.sequence).toBe(14);
  });

  it('asks only for what it lacks when the log grows, and for no more than is in sight', async () => {
    const { history, view } = await open(10);
    history.grow(5);
    await settle();
    expect(history.requests.at(-1)).toEqual({ start: 10, count: 5 });
    view.want({ start: 0, end: 40 });
    history.grow(100_000);
    await settle();
    expect(history.requests.at(-1)).toEqual({ start: 100_015 - 42, count: 42 });
    expect(view.row(100_014)?.sequence).toBe(100_014);
    history.grow(2);
    await settle();
    expect(history.requests.at(-1)).toEqual({ start: 100_015, count: 2 });
    expect(view.row(100_016 - 40)?.sequence).toBe(100_016 - 40);
    const asked = history.requests.length;
    history.grow(0);
    await settle();
    expect(history.requests).toHaveLength(asked);
  });

  it('shows a count and its rows in one go, and the count alone when the rows are late', async () => {
    const { history, view } = await open(10);
    const told: (number | undefined)[] = [];
    const stop = view.subscribe(() => told.push(view.get().status?.matched));
    history.grow(5);
    await settle();
    expect(told).toEqual([15]);
    history.grow(1);
    // Before the answer comes.
    history.grow(1);
    expect(view.get().status?.matched).toBe(17);
    await settle();
    expect(view.count).toBe(17);
    stop();
  });

  it('stands still while paused, and knows how many are new', async () => {
    const { history, view } = await open(10);
    view.togglePause();
    history.grow(7);
    await settle();
    expect(view.count).toBe(10);
    expect(view.get().status?.matched).toBe(17);
    view.togglePause();
    await settle();
    expect(view.count).toBe(17);
  });

  it('changes the filter without mixing rows, and closes the view it left', async () => {
    const { history, view } = await open(1_000);
    await view.setFilter('10');
    await settle();
    expect(view.count).toBe(100);
    expect(view.row(97)?.sequence).toBe(970);
    expect(history.openViews.size).toBe(1);
  });

  it('keeps the last of several filters typed quickly', async () => {
    const { history, view } = await open(1_000);
    await Promise.all([view.setFilter('2'), view.setFilter('5'), view.setFilter('4')]);
    await settle();
    expect(view.get().filter).toBe('4');
    expect(view.row(249)?.sequence).toBe(996);
    expect([...history.openViews.values()]).toEqual([4]);
  });

  it('holds the list still while details are open', async () => {
    const { view } = await open(10);
    view.openDetail(4);
    expect(view.get()).toMatchObject({
      isFollowing: false,
      isDetailOpen: true,
      active: { index: 4, sequence: 4 },
    });
  });

  it('is empty after clearing', async () => {
    const { view } = await open(10);
    expect(await view.clear()).toEqual({ hidden: 10, from: 0 });
    await settle();
    expect(view.count).toBe(0);
    expect(view.row(0)).toBeUndefined();
  });

  it('opens its view again when the host comes back', async () => {
    const { history, view } = await open(10);
    history.transport.become('offline');
    history.openViews.clear();
    history.total = 20;
    history.transport.become('online');
    await settle();
    expect(view.count).toBe(20);
    expect(history.openViews.size).toBe(1);
  });

  it('closes its view when nobody looks any more', async () => {
    const { history, release } = await open(10);
    release();
    await settle();
    expect(history.openViews.size).toBe(0);
  });

  it('ignores ticks of other pages’ views', async () => {
    const { history, view } = await open(10);
    history.transport.deliver({
      type: 'event',
      event: 'history.grew',
      payload: { ...history.status('another-1'), matched: 99 },
    });
    await settle();
    expect(view.count).toBe(10);
  });
});

describe('the page’s view of an earlier session', () => {
  async function openSession(total: number) {
    const history = new FakeHistory(total);
    const logs = new LogViews(createClient(history.transport));
    logs.chosen(profileId).set('2026-03-01');
    const view = logs.ofSession(profileId, '2026-03-01');
    const release = view.acquire();
    await settle();
    return { history, logs, view, release };
  }

  it('opens by itself on what is left when the beginning was deleted, and keeps filter, place and event', async () => {
    const { history, view } = await openSession(1_000);
    await view.setFilter('10');
    await settle();
    view.setFollowing(false);
    view.want({ start: 60, end: 80 });
    await settle();
    view.openDetail(62);
    expect(view.get().active).toEqual({ index: 62, sequence: 620 });
    history.shorten(200);
    history.tellSessionsChanged();
    await settle();
    expect(view.get()).toMatchObject({
      filter: '10',
      error: undefined,
      isDetailOpen: true,
      active: { index: 42, sequence: 420 },
      moved: { to: 40 },
    });
    expect(view.count).toBe(80);
    view.arrived();
    expect(view.get().moved).toBeUndefined();
    expect(view.shownFrom).toBe(40);
  });

  it('closes the details of an event that was deleted, and shows the first that are left', async () => {
    const { history, view } = await openSession(1_000);
    view.setFollowing(false);
    view.want({ start: 60, end: 80 });
    await settle();
    view.openDetail(62);
    history.shorten(200);
    history.tellSessionsChanged();
    await settle();
    expect(view.get()).toMatchObject({ active: undefined, isDetailOpen: false, moved: { to: 0 } });
  });

  it('stays as it is when another session changed', async () => {
    const { history, view } = await openSession(100);
    const before = view.get();
    const views = [...history.openViews];
    history.tellSessionsChanged();
    await settle();
    expect(view.get()).toBe(before);
    expect([...history.openViews]).toEqual(views);
  });

  it('shows no error when rows are asked for before it is told, and does not try for ever', async () => {
    const { history, view } = await openSession(10_000);
    view.setFollowing(false);
    history.shorten(100);
    view.want({ start: 5_000, end: 5_030 });
    await settle();
    expect(view.get()).toMatchObject({ error: undefined });
    expect(view.count).toBe(9_900);
    const { openViews } = history;
    // A view that is never there, though it opens.
    openViews.has = () => false;
    const opened: string[] = [];
    openViews.set = (viewId) => {
      opened.push(viewId);
      return openViews;
    };
    view.want({ start: 1_000, end: 1_030 });
    await settle();
    expect(opened).toHaveLength(1);
    expect(view.get().error?.code).toBe('not_found');
  });

  it('gives way to the live log, which says so, when the session was deleted', async () => {
    const { history, logs } = await openSession(100);
    history.remove();
    history.tellSessionsChanged();
    await settle();
    expect(logs.chosen(profileId).get()).toBeNull();
    expect(logs.gone(profileId).get()).toBe(true);
  });

  it('says nothing when the page let go of it: the user deleted it there', async () => {
    const { history, logs, release } = await openSession(100);
    history.remove();
    history.tellSessionsChanged();
    logs.chosen(profileId).set(null);
    release();
    await settle();
    expect(logs.gone(profileId).get()).toBe(false);
  });
});

describe('pages of rows', () => {
  it('never hold more than their limit', () => {
    const pages = new LogPages();
    for (let page = 0; page < pageLimit + 5; page++) {
      pages.add(
        page * rowsPerPage,
        Array.from({ length: rowsPerPage }, (_, index) => row(page * rowsPerPage + index)),
      );
    }
    expect(pages.row(0)).toBeUndefined();
    expect(pages.row(5 * rowsPerPage)).toBeDefined();
  });

  it('drop rows that leave a hole', () => {
    const pages = new LogPages();
    pages.add(10, [row(10)]);
    expect(pages.row(10)).toBeUndefined();
    expect(pages.missing(0, 20)).toEqual([{ start: 0, count: rowsPerPage }]);
  });
});
