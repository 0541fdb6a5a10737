/** How a search goes through a log's blocks, with the rooms that it shares with the search thread. */
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/lib/app-error.ts';
import { parseFilter } from '#shared/lib/filter/index.ts';
import { Blocks } from '../../../electron/history/blocks.ts';
import { Filter } from '../../../electron/history/filter.ts';
import { FrameBatch } from '../../../electron/history/frame-batch.ts';
import { frameKinds } from '../../../electron/history/frame-code.ts';
import { LogReader } from '../../../electron/history/log-reader.ts';
import { SearchLink } from '../../../electron/history/search-link.ts';
import { type Room, roomStates, roomsAhead } from '../../../electron/history/search-memory.ts';
import { SegmentLog } from '../../../electron/history/segment-log.ts';
import { openSession } from '../../../electron/history/session-reader.ts';
import { eventFrame } from '../../support/history.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const segments = 40;
const linesPerSegment = 10;

/** Each segment is a block. */
async function segmentsIn(): Promise<string> {
  const folder = join(temporaryFolder(), 'profile', 'session');
  const log = new SegmentLog(folder, { bytes: 1_000_000, lines: linesPerSegment });
  for (let segment = 0; segment < segments; segment++) {
    const batch = FrameBatch.create();
    for (let line = 0; line < linesPerSegment; line++)
      batch.add(frameKinds.in, 1, Buffer.from(eventFrame('c', 'e', { line })), 1_700_000_000_000);
    log.encode(batch, 0);
    await log.commit();
  }
  log.close();
  return folder;
}

/** Its thread never comes to anything, so that the test can do its part. */
class WatchedSearch extends SearchLink {
  readonly asked = new Set<Room>();

  constructor() {
    super({
      entry: new URL('../../support/no-such-module.ts', import.meta.url),
      onProblem: () => {},
    });
  }

  override help(probes: Parameters<SearchLink['help']>[0]): ReturnType<SearchLink['help']> {
    const help = super.help(probes);
    if (!help) return undefined;
    const ask = help.ask.bind(help);
    help.ask = (extent) => {
      const room = ask(extent);
      if (room) this.asked.add(room);
      return room;
    };
    return help;
  }
}

function textFilter(log: LogReader): Filter {
  const parsed = parseFilter('"nobody writes this"');
  if (!parsed.isValid || !parsed.node) return expect.fail();
  return new Filter(parsed.node, { names: log.names, nowMs: 0, testRegex: () => expect.fail() });
}

function openLog(folder: string): LogReader {
  const log = new LogReader('profile', () => 0);
  expect(openSession(folder, log).problems).toEqual([]);
  return log;
}

describe('a search ahead', () => {
  it('has all of its rooms again after a block that can’t be read', async () => {
    const folder = await segmentsIn();
    const log = openLog(folder);
    truncateSync(join(folder, '000015.ndjson'), 5);
    const search = new WatchedSearch();
    const filter = textFilter(log);
    for (let round = 0; round < 4; round++) {
      const blocks = new Blocks(log, filter, search, () => 0);
      const readAll = () => {
        for (let next = 0; next < log.count; next = blocks.at(next, 1000)?.end ?? next);
      };
      expect(readAll).toThrow(AppError);
      blocks.release();
    }
    const help = search.help(filter.probes ?? []);
    let rooms = 0;
    while (help?.ask(log.extent(0, linesPerSegment))) rooms++;
    expect(rooms).toBe(roomsAhead);
    help?.release();
  });

  it('plans a few blocks at a time, and searches others only until the turn is over', async () => {
    const log = openLog(await segmentsIn());
    const search = new WatchedSearch();
    const filter = textFilter(log);
    let nowMs = 0;
    const blocks = new Blocks(log, filter, search, () => nowMs++);
    let next = 0;
    // The search is long enough for help then.
    while (search.asked.size === 0) next = blocks.at(next, 1000)?.end ?? expect.fail();
    expect(search.asked.size).toBe(3);
    for (let turn = 0; turn < 2; turn++) next = blocks.at(next, 1000)?.end ?? expect.fail();
    const wanted = [...search.asked].filter(({ state }) => state === roomStates.wanted);
    const first = wanted.sort((one, other) => one.turn - other.turn)[0] ?? expect.fail();
    // As the search thread takes it.
    expect(first.change(roomStates.wanted, roomStates.taken)).toBe(true);
    // Of three milliseconds the first look at the clock takes one, and each room one more.
    expect(blocks.at(next, 3)).toBeUndefined();
    const ahead = [...search.asked].filter(({ turn }) => turn > first.turn);
    expect(ahead.filter(({ state }) => state === roomStates.searched)).toHaveLength(2);
    first.finish({ count: 0, hasEscapes: false });
    expect(blocks.at(next, 0)?.start).toBe(next);
    blocks.release();
  });
});
