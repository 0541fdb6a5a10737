/**
 * The whole app, killed (SIGKILL) while everything is in use. What each room keeps is looked at in its own tests; this
 * one is about what they keep together, and what is left of the app's processes and files.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import type { Profile } from '#shared/contract/profiles.ts';
import type { RotationRecord } from '#shared/contract/rotation.ts';
import { defaultSettings, type SettingsValues } from '#shared/contract/settings.ts';
import type { AppCall, AppProgress } from '../support/app-work.ts';
import { buildModules } from '../support/built.ts';
import { eventually } from '../support/conditions.ts';
import { segmentsOf } from '../support/history.ts';
import { KilledProcess } from '../support/killed-process.ts';
import { type Latchkey, startLatchkey } from '../support/latchkey.ts';
import { isRunning } from '../support/running.ts';
import { inRounds } from '../support/soak.ts';
import { temporaryFolder } from '../support/temporary.ts';

const folder = temporaryFolder();
let built: (path: string) => URL;

beforeAll(async () => {
  process.env.DBUS_SESSION_BUS_ADDRESS = 'unix:path=/nonexistent/latchkey';
  built = await buildModules([
    'tests/support/app-process',
    'electron/vault/process',
    'electron/sandbox/process',
    'electron/history/writer-thread',
    'electron/history/query-thread',
    'electron/history/search-thread',
  ]);
});

/** Every file that may be there. */
const expectedFiles = [/^latchkey\.(db|lock)$/, /^history\/[0-9a-f-]{36}\/[^/]+\/\d{6}\.(ndjson|index)$/];

function filesIn(own: string): string[] {
  return readdirSync(own, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(own, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

/** What the app had answered, and the call that was unanswered. */
class Answered {
  readonly profiles = new Map<string, Profile>();
  readonly rotations = new Map<string, RotationRecord>();
  settings = defaultSettings;
  /** Of the log of the sandbox's app. */
  lines = 0;
  #cleared = 0;
  readonly #undo = new Map<string, Profile>();
  /** Profiles, rotations and names that the unanswered call was about: they may be as before it, or as after it. */
  readonly uncertain = new Set<unknown>();

  constructor(told: readonly AppProgress[]) {
    for (const progress of told) {
      if (progress.state === 'shown') this.lines = Math.max(this.lines, progress.lines);
      else if (progress.state === 'about') this.#begin(progress);
      else if (progress.state === 'done') this.#take(progress);
    }
  }

  #begin({ input }: AppCall): void {
    const { profileId, rotationId, undoToken, profile } = input;
    const name = (profile as Profile | undefined)?.name;
    const restored = this.#undo.get(String(undoToken))?.profileId;
    for (const each of [profileId, rotationId, name, restored])
      if (each !== undefined) this.uncertain.add(each);
    if ('sidebarWidthPx' in input) this.uncertain.add('settings');
  }

  #take({ method, input, output }: AppCall & { readonly state: 'done' }): void {
    this.uncertain.clear();
    if (method === 'profiles.save' || method === 'profiles.restore') {
      this.profiles.set(String(output.profileId), output as Profile);
    } else if (method === 'profiles.remove') {
      const id = String(input.profileId);
      const removed = this.profiles.get(id);
      if (removed) this.#undo.set(String(output.undoToken), removed);
      this.profiles.delete(id);
    } else if (method === 'settings.update') {
      this.settings = output as SettingsValues;
    } else if (method === 'history.clear') {
      this.#cleared += Number(output.hidden);
      this.lines = Math.max(this.lines, this.#cleared);
    } else {
      this.rotations.set(String(output.rotationId), output as RotationRecord);
    }
  }
}

async function expectAnswered({ client }: Latchkey, answered: Answered): Promise<void> {
  const { uncertain } = answered;
  const isCertain = ({ profileId, name, dialect }: Profile) =>
    dialect !== 'sandbox' && !uncertain.has(profileId) && !uncertain.has(name);
  const byId = (a: Profile, b: Profile) => a.profileId.localeCompare(b.profileId);
  const { profiles } = await client.call('profiles.list', {});
  expect(profiles.filter(isCertain).sort(byId)).toEqual(
    [...answered.profiles.values()].filter(isCertain).sort(byId),
  );
  if (!uncertain.has('settings')) expect(await client.call('settings.get', {})).toEqual(answered.settings);
  const { rotations } = await client.call('rotation.list', {});
  const progressOf = (record: RotationRecord | undefined) =>
    record && [record.state, record.endedBecause, record.steps.map(({ isDone }) => isDone)];
  for (const [rotationId, record] of answered.rotations) {
    if (uncertain.has(rotationId)) continue;
    expect(progressOf(rotations.find((each) => each.rotationId === rotationId))).toEqual(progressOf(record));
  }
}

describe('an app that is killed while it is used', () => {
  const counts = { inTest: 3, inSoak: 100, atOnce: 2, timeoutMs: 300_000 };
  inRounds(
    'starts again with all that it had answered, and leaves nothing behind',
    counts,
    async (random) => {
      const own = mkdtempSync(join(folder, 'killed-'));
      const app = await KilledProcess.start<AppProgress>({
        entry: built('tests/support/app-process'),
        argument: { folder: own, seed: random.integer(0, 2 ** 31) },
      });
      let left = Math.floor(2 ** (random.fraction() * 9));
      const told = await app.goUntilKilled({ isTime: () => --left <= 0, withinMs: 20, random });
      const pids = told.flatMap((progress) => (progress.state === 'started' ? [progress.pid] : []));
      await eventually(() => !pids.some(isRunning), { what: 'the end of the processes that it had started' });

      const answered = new Answered(told);
      const again = await startLatchkey(own);
      await expectAnswered(again, answered);
      const { notices } = await again.client.call('about.info', {});
      expect(notices).toEqual([]);
      await again.close();
      // A torn end of the log is reported, which is as it should be.
      expect(again.bugs.filter((bug) => !bug.includes('The event log ended within a line'))).toEqual([]);
      const sandboxId = told.find((progress) => progress.state === 'shown')?.profileId ?? '';
      const lines = segmentsOf(join(own, 'history'), sandboxId).flatMap((path) =>
        readFileSync(path, 'utf8').split('\n').slice(0, -1),
      );
      expect(lines.length).toBeGreaterThanOrEqual(answered.lines);
      for (const line of lines) JSON.parse(line);
      expect(filesIn(own).filter((path) => !expectedFiles.some((pattern) => pattern.test(path)))).toEqual([]);
      rmSync(own, { recursive: true });
    },
  );
});
