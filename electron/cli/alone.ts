/**
 * Nobody owns the data folder: this process does, while it answers its own requests. It opens the vault only for those
 * that need it, and has ended the vault process when it is done.
 */
import { join } from 'node:path';
import type { Diagnosis } from '#shared/contract/doctor.ts';
import type { StoreKind } from '#shared/contract/vault.ts';
import { AppError, assertNever } from '#shared/lib/app-error.ts';
import { AuditLog } from '../audit/index.ts';
import { type CommandHandlers, type CommandType, Ownership } from '../ownership/index.ts';
import type { SpawnChild } from '../processes/port.ts';
import { Profiles } from '../profiles/index.ts';
import { Database, FolderLock, hasDatabase, Preferences } from '../storage/index.ts';
import { SqliteCredentialIndex, Vault } from '../vault/index.ts';
import { createCommands } from './commands.ts';
import type { Place } from './place.ts';
import type { Request } from './request.ts';

/** This module's own: `.ts` from sources, `.js` when built. The process that it starts has the same. */
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

const needVault: readonly CommandType[] = [
  'formVariables',
  'formEnvText',
  'signChannel',
  'signUser',
  'signRequest',
  'checkCredentials',
];

/**
 * @returns The last answer; undefined when somebody has the folder after all.
 * @throws AppError
 */
export async function askAlone(
  place: Place,
  requests: readonly Request[],
): Promise<{ readonly answer: unknown } | undefined> {
  const { dataFolder, tell } = place;
  requireOwner(requests);
  if (!hasDatabase(dataFolder)) {
    throw new AppError('not_found', `Latchkey has no data in ${dataFolder} yet.`, {
      hint: 'Start Latchkey and add an app, or choose another folder with --data-folder.',
    });
  }
  const lock = takeLock(dataFolder);
  if (!lock) return undefined;
  // Whoever starts Latchkey meanwhile finds this note, and waits.
  const ownership = await Ownership.begin(lock, {
    host: 'cli',
    version: place.version(),
    onProblem: tell,
    onBug: (error) => tell(String(error)),
  });
  try {
    return { answer: await answerAll(place, lock, requests) };
  } finally {
    await ownership.release();
  }
}

function takeLock(folder: string): FolderLock | undefined {
  try {
    return FolderLock.take(folder);
  } catch (error) {
    if (error instanceof AppError && error.code === 'conflict') return undefined;
    throw error;
  }
}

async function answerAll(place: Place, lock: FolderLock, requests: readonly Request[]): Promise<unknown> {
  const database = await Database.open(lock);
  for (const notice of database.notices) place.tell(notice);
  const index = new SqliteCredentialIndex(database, new Preferences(database));
  const { chosenStore } = index.readMeta();
  const audit = new AuditLog(database, { nameOf: (id) => profiles.nameOf(id), onAdded: () => {} });
  const needsProcess = requests.some(({ type }) => needVault.includes(type));
  const { spawn, allEnded } = watched(needsProcess ? await place.spawn() : noProcess);
  const vault = new Vault({
    folder: place.dataFolder,
    spawn,
    entry: new URL(`vault/process${extension}`, place.code),
    index,
    audit,
    formatOf: () => {
      throw new Error('A command enters no secret.');
    },
    onUnaudited: (error) => place.tell(String(error)),
  });
  vault.changed.add(({ state, reason, hint }) => {
    if (state === 'waiting') place.tell([reason, hint].filter(Boolean).join(' '));
  });
  const profiles = new Profiles(database, {
    onChanged: () => {},
    onSaved: () => {},
    onRemoved: () => {},
    onGone: async () => {},
  });
  const commands = createCommands({
    profiles,
    vault,
    // What was kept for one session went with it, whatever the index still says.
    credentials: (profileId) => (chosenStore === 'session' ? [] : vault.credentials(profileId)),
    check: (input) => checkAlone({ ...input, place, profiles, vault }),
  });
  try {
    let answer: unknown;
    for (const request of requests) answer = await answerOne(commands, vault, chosenStore, request);
    return answer;
  } finally {
    profiles.close();
    vault.close();
    database.close();
    await allEnded();
  }
}

/** What a check needs is loaded for it alone: it is the one command that asks other machines. */
async function checkAlone({
  place,
  profiles,
  vault,
  profileId,
  ...how
}: {
  readonly place: Place;
  readonly profiles: Profiles;
  readonly vault: Vault;
  readonly profileId: string;
  readonly elsewhere: boolean;
  readonly signal: AbortSignal;
}): Promise<Diagnosis[]> {
  const [{ Doctor }, { History }, { HttpApi }] = await Promise.all([
    import('../doctor/index.ts'),
    import('../history/index.ts'),
    import('../http-api/index.ts'),
  ]);
  const entry = (name: string) => new URL(`history/${name}${extension}`, place.code);
  const history = new History({
    folder: join(place.dataFolder, 'history'),
    entries: { writer: entry('writer-thread'), query: entry('query-thread'), search: entry('search-thread') },
    decryptBatch: (owner, items) => vault.decryptBatch({ profileId: owner, items }),
    onGrew: () => {},
    onProblem: place.tell,
  });
  const doctor = new Doctor({
    api: new HttpApi(vault),
    checkService: (input, signal) => vault.checkService(input, signal),
    credentials: (owner) => vault.credentials(owner),
    recentEncrypted: (owner, query) => history.recentEncrypted(owner, query),
    decryptWith: (credentialId, items) => vault.decryptWith(credentialId, items),
    // Known of the app's own run only, here as after any other start.
    isPublishedHere: () => false,
    apps: () => profiles.list().map((profile) => ({ profileId: profile.profileId, appName: profile.name })),
    onProgress: () => {},
  });
  try {
    const service = profiles.findService(profileId);
    return await (service
      ? doctor.checkService(service, how)
      : doctor.checkApp(profiles.get(profileId), how));
  } finally {
    await history.close();
  }
}

/**
 * Killed is not gone: a process that nobody has waited for yet would be a child of the command that this one is about to
 * become.
 */
function watched(start: SpawnChild): {
  readonly spawn: SpawnChild;
  readonly allEnded: () => Promise<unknown>;
} {
  const ends: Promise<void>[] = [];
  return {
    spawn: (entry, options) => {
      const child = start(entry, options);
      ends.push(new Promise((resolve) => child.onExit(() => resolve())));
      return child;
    },
    allEnded: () => Promise.all(ends),
  };
}

async function answerOne(
  commands: CommandHandlers,
  vault: Vault,
  store: StoreKind | null,
  { passphrase, ...request }: Request,
): Promise<unknown> {
  if (request.type === 'unlockVault') {
    const entered = passphrase && { passphrase: Buffer.from(passphrase).toString() };
    return commands.unlockVault({ ...request, ...entered });
  }
  if (needVault.includes(request.type) && vault.status.state !== 'unlocked') await openVault(vault, store);
  // One type of request and its handler, which the compiler can't see across the lookup.
  return commands[request.type](request as never);
}

/** @throws AppError what is in the way, and what to do about it here */
async function openVault(vault: Vault, store: StoreKind | null): Promise<void> {
  switch (store) {
    case 'keychain':
      await vault.unlock();
      return;
    case 'file':
      throw new AppError('passphrase_required', 'The vault wants its passphrase.', {
        hint: 'Run this on a terminal, which is asked for it, or unlock the vault in Latchkey first.',
      });
    case 'session':
      throw new AppError(
        'vault_locked',
        'The secrets were kept for one session of Latchkey, which has ended.',
        {
          hint: 'Start Latchkey, and enter them again.',
        },
      );
    case null:
      throw new AppError('vault_locked', 'Nothing was ever put into the vault.', {
        hint: 'Start Latchkey, and enter the app’s secret.',
      });
    default:
      assertNever(store);
  }
}

const noProcess: SpawnChild = () => {
  throw new Error('This needs no vault process.');
};

/** There is nothing open that could stay open, or be locked. */
function requireOwner(requests: readonly Request[]): void {
  if (requests.at(-1)?.type !== 'unlockVault') return;
  throw new AppError('conflict', 'No Latchkey runs, so nothing would stay unlocked.', {
    hint: 'Start it first. `latchkey exec` and `latchkey env` ask for the passphrase themselves.',
  });
}
