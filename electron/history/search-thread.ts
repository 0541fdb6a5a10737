/**
 * The search thread's entry. It helps the query thread: reads blocks of segments, and searches them for what a match
 * would have in its bytes. All that it knows is what it is asked for; it never hears of an event.
 */
import { closeSync, openSync } from 'node:fs';
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { ByteSearch } from './byte-search.ts';
import type { SearchData, SearchTask } from './messages.ts';
import { readWhole } from './read-whole.ts';
import { type Room, roomStates, roomsAhead, SearchMemory } from './search-memory.ts';

const { wasm, tasks } = workerData as SearchData;
const memory = new SearchMemory(wasm);
const search = new ByteSearch(wasm);
/** By their id. What waits to be searched is of the last ones. */
const known = new Map<number, SearchTask>();
let open: { readonly path: string; readonly file: number } | undefined;

for (;;) {
  const { asked } = memory;
  const room = takeFirst();
  if (room) {
    searchIn(room);
    continue;
  }
  // A segment may be deleted while nobody searches: nothing of it is held then.
  close();
  memory.waitForMore(asked);
}

function takeFirst(): Room | undefined {
  for (;;) {
    const wanted = memory.ahead.filter(({ state }) => state === roomStates.wanted);
    if (wanted.length === 0) return undefined;
    const first = wanted.reduce((one, other) => (other.turn < one.turn ? other : one));
    if (first.change(roomStates.wanted, roomStates.taken)) return first;
  }
}

function searchIn(room: Room): void {
  const { probes, path } = taskOf(room.task);
  const { offset, sizeBytes, mayHaveEscapes } = room.range;
  // Whoever asked reads what can't be read again, and has the error to tell of.
  if (!isRead(path, room.bytes.subarray(0, sizeBytes), offset)) {
    close();
    room.fail();
    return;
  }
  const { address, places } = room;
  room.finish(search.findLines(probes, address, address + sizeBytes, places, mayHaveEscapes));
}

function isRead(path: string, bytes: Uint8Array, offset: number): boolean {
  try {
    return readWhole(fileOf(path), bytes, offset);
  } catch {
    return false;
  }
}

function taskOf(id: number): SearchTask {
  for (let next = receiveMessageOnPort(tasks); next; next = receiveMessageOnPort(tasks)) {
    const task = next.message as SearchTask;
    known.set(task.id, task);
    known.delete(task.id - 2 * roomsAhead);
  }
  const task = known.get(id);
  if (!task) throw new Error(`Nothing is known of search task ${id}.`);
  return task;
}

function fileOf(path: string): number {
  if (open?.path !== path) {
    close();
    open = { path, file: openSync(path, 'r') };
  }
  return open.file;
}

function close(): void {
  if (open) closeSync(open.file);
  open = undefined;
}
