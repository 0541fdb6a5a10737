/** A real event log in a test: both threads, from their sources, in a folder of the test's own. */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Detail, Row, ViewStatus } from '#shared/contract/history.ts';
import { History, type HistoryOptions } from '../../electron/history/index.ts';
import { eventually } from './conditions.ts';

export function historyEntry(name: string): URL {
  return new URL(`../../electron/history/${name}.ts`, import.meta.url);
}

export class HistoryHarness {
  readonly profileId: string;
  readonly grown: ViewStatus[] = [];
  readonly problems: string[] = [];
  readonly history: History;
  readonly folder: string;

  constructor(folder: string, options: Partial<HistoryOptions> = {}, profileId: string = randomUUID()) {
    this.profileId = profileId;
    this.folder = folder;
    this.history = new History({
      folder,
      entries: {
        writer: historyEntry('writer-thread'),
        query: historyEntry('query-thread'),
        search: historyEntry('search-thread'),
      },
      decryptBatch: async (_, items) => items.map(() => ({ state: 'closed', why: 'no-master-key' })),
      onGrew: (status) => this.grown.push(status),
      onProblem: (message) => this.problems.push(message),
      ...options,
    });
    onTestFinished(() => this.history.close());
  }

  record(frames: Iterable<string | Uint8Array>, direction: 'in' | 'out' = 'in'): void {
    const recorder = this.history.recorder(this.profileId);
    for (const frame of frames) {
      recorder.frame(direction, typeof frame === 'string' ? Buffer.from(frame) : frame, Date.now());
    }
  }

  open(viewId: string, filter: string): Promise<ViewStatus> {
    return this.history.openView({ profileId: this.profileId, viewId, filter });
  }

  detail(sequence: number): Promise<Detail> {
    return this.history.detail({ profileId: this.profileId, sequence });
  }

  async rows(viewId: string, start = 0, count = 300): Promise<Row[]> {
    const { rows } = await this.history.rows({ profileId: this.profileId, viewId, start, count });
    return rows;
  }

  async status(viewId: string): Promise<ViewStatus> {
    const { status } = await this.history.rows({ profileId: this.profileId, viewId, start: 0, count: 1 });
    return status;
  }

  /** The status of a view that has looked at everything so far. */
  async scanned(viewId: string): Promise<ViewStatus> {
    return eventually(
      async () => {
        const status = await this.status(viewId);
        return status.scanned === status.total ? status : undefined;
      },
      { what: 'the end of the scan' },
    );
  }

  /** Sequence numbers of the events that a filter finds. */
  async find(filter: string): Promise<number[]> {
    await this.history.flush(this.profileId);
    await this.open('found', filter);
    await this.scanned('found');
    return (await this.rows('found')).map(({ sequence }) => sequence);
  }

  /** All lines on disk, in order. */
  linesOnDisk(): string[] {
    return segmentsOf(this.folder, this.profileId).flatMap((path) =>
      readFileSync(path, 'utf8').split('\n').slice(0, -1),
    );
  }
}

/** The segments of an app, oldest first. */
export function segmentsOf(folder: string, profileId: string): string[] {
  if (!existsSync(join(folder, profileId))) return [];
  return readdirSync(join(folder, profileId)).flatMap((session) =>
    readdirSync(join(folder, profileId, session))
      .filter((name) => name.endsWith('.ndjson'))
      .sort()
      .map((name) => join(folder, profileId, session, name)),
  );
}

/** A frame as Channels servers send it. */
export function eventFrame(channel: string, event: string, data: unknown): string {
  return JSON.stringify({ event, channel, data: typeof data === 'string' ? data : JSON.stringify(data) });
}
