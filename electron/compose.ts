/**
 * The composition root: builds the whole app from plain constructors, and knows no host. Both entries, and the tests,
 * start here.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '#shared/contract/live.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import type { Slot } from '#shared/contract/vault.ts';
import type { ServerMessage } from '#shared/contract/wire.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { Listeners } from '#shared/lib/disposer.ts';
import { channelNameProblem } from '#shared/protocol/channels.ts';
import { AuditExport, AuditLog } from './audit/index.ts';
import { Channels } from './channels/index.ts';
import { createCommands } from './cli/index.ts';
import { type CheckOptions, Doctor } from './doctor/index.ts';
import { Exports } from './exports/index.ts';
import { ChosenFiles, type PickFile } from './files/index.ts';
import { History, KeepChoices } from './history/index.ts';
import { HttpApi } from './http-api/index.ts';
import { Imports } from './imports/index.ts';
import { createEmitter, Dispatcher, type Emit, type Handlers, type Session } from './ipc/index.ts';
import { Live, webSocketEndpoint } from './live/index.ts';
import type { CommandHandlers } from './ownership/index.ts';
import { Presence, PresencePoll } from './presence/index.ts';
import type { PassedPort, SpawnChild } from './processes/port.ts';
import { Profiles } from './profiles/index.ts';
import { describeProviders, secretFieldOf } from './providers/index.ts';
import { Publisher } from './publishing/index.ts';
import { type ReplayOptions, replay } from './replay/index.ts';
import { Rotations } from './rotation/index.ts';
import { Sandbox } from './sandbox/index.ts';
import { Settings } from './settings/index.ts';
import { Database, type FolderLock, Preferences } from './storage/index.ts';
import { UserFiles, writeUserFile } from './user-files/index.ts';
import {
  type CheckEndpoints,
  IdleLock,
  type IdleLockOptions,
  type LockRule,
  SecretCalls,
  type SecretWay,
  SqliteCredentialIndex,
  Vault,
} from './vault/index.ts';

/** This module's own: `.ts` from sources, `.js` when built. The processes that it starts have the same. */
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

export interface ComposeOptions {
  readonly dataFolder: string;
  /** Of a caller that owns the folder already, and goes on to after the app is closed. */
  readonly lock?: FolderLock;
  /** Where this app's own modules are: sources in development, bundles when built. */
  readonly code: URL;
  readonly spawn: SpawnChild;
  readonly host: 'electron' | 'web';
  readonly secretWay: SecretWay;
  /** The host's dialog for files. Undefined: it has none. */
  readonly pickFile?: PickFile | undefined;
  readonly version: string;
  /** In place of the providers' own hosts, when a service's secret is checked. For tests: both hosts leave it out. */
  readonly checkEndpoints?: CheckEndpoints;
  /** By which the vault is locked when it was not used; in place of the system's, for tests. */
  readonly clock?: Pick<IdleLockOptions, 'now' | 'later'>;
  /** Told once of each failure that nobody expected. */
  readonly reportBug: (where: string, error: unknown) => void;
}

export interface App {
  /** For what belongs to the host, such as its window's place. */
  readonly preferences: Preferences;
  readonly emit: Emit;
  /** For the owner of the data folder to answer the `latchkey` command with. */
  readonly commands: CommandHandlers;
  openSession(send: (message: ServerMessage) => void): Session;
  /** One end of a channel that a page opened to the vault process. */
  passPort(port: PassedPort): void;
  /** As the machine's user goes away: where the host is told. */
  lockVault(rule: LockRule): void;
  /** Ends every connection and process, with the log durable. */
  close(): Promise<void>;
}

export async function compose(options: ComposeOptions): Promise<App> {
  const { dataFolder, spawn, reportBug } = options;
  const entry = (name: string) => new URL(`${name}${extension}`, options.code);
  const background = (where: string, work: Promise<unknown>) => {
    work.catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code === 'internal') reportBug(where, error);
    });
  };

  const database = await Database.open(options.lock ?? dataFolder);
  const preferences = new Preferences(database);
  const events = new Listeners<ServerMessage>();
  const emit = createEmitter(events);

  const audit = new AuditLog(database, {
    nameOf: (profileId) => profiles.nameOf(profileId),
    onAdded: (auditId) => emit('audit.added', { auditId }),
  });
  const vault = new Vault({
    folder: dataFolder,
    spawn,
    entry: entry('vault/process'),
    index: new SqliteCredentialIndex(database, preferences),
    audit,
    formatOf: (profileId, kind) => {
      const { format } = secretFieldOf(profiles.providerOf(profileId), kind);
      return format.kind === 'master-key' ? 'master-key' : 'text';
    },
    checkEndpoints: options.checkEndpoints,
    onUnaudited: (error) => reportBug('audit', error),
    onUnexpectedExit: ({ code, signal }) =>
      reportBug('vault', new Error(`The vault process ended: ${signal ?? `code ${code}`}`)),
  });
  const secretCalls = new SecretCalls(vault, options.secretWay, {
    onCopyEnded: (how) => emit('vault.copyEnded', { how }),
    onProblem: (error) => reportBug('clipboard', error),
  });
  const api = new HttpApi(vault, {
    onAnswer: (profileId, answer) => live.observeAnswer(profileId, answer),
  });
  const keepChoices = new KeepChoices(preferences);
  /** A production app's events are customers' data: kept for this session only, unless that was decided otherwise. */
  const keepsHistory = (profileId: string): boolean =>
    keepChoices.of(profileId) ?? profiles.environmentOf(profileId) !== 'production';
  const history: History = new History({
    folder: join(dataFolder, 'history'),
    entries: {
      writer: entry('history/writer-thread'),
      query: entry('history/query-thread'),
      search: entry('history/search-thread'),
    },
    decryptBatch: (profileId, items) => vault.decryptBatch({ profileId, items }),
    onGrew: (status) => emit('history.grew', status),
    onProblem: (problem) => reportBug('history', new Error(problem)),
    onSessionsChanged: (profileId) => emit('history.sessionsChanged', { profileId }),
    retention: () => {
      const { historyDays, historyMegabytes } = settings.get();
      return { keeps: keepsHistory, days: historyDays, bytes: historyMegabytes * 1024 * 1024 };
    },
  });
  const live: Live = new Live({
    profiles: { get: (profileId) => profiles.find(profileId) },
    authorizer: vault,
    recorder: (profileId, connection) => history.recorder(profileId, connection),
    onChanged: (connection) => {
      emit('live.changed', connection);
      channels.connectionChanged(connection);
      idleLock.useMayHaveChanged();
    },
    onClosed: (which) => {
      emit('live.closed', which);
      channels.connectionChanged(which);
      idleLock.useMayHaveChanged();
    },
    onPresenceChanged: (where) => emit('presence.changed', where),
  });
  const profiles: Profiles = new Profiles(database, {
    onChanged: (all) => emit('profiles.changed', all),
    onSaved: (profile) => {
      live.profileChanged(profile.profileId);
      channels.profileChanged(profile);
    },
    onRemoved: (profileId) => {
      live.forget(profileId);
      channels.forget(profileId);
      presence.forget(profileId);
      background('sandbox.profileRemoved', sandbox.profileRemoved(profileId));
    },
    onGone: async (profileId) => {
      // Not after the vault, which may be locked: what was recorded needs no key to be deleted.
      await history.forget(profileId);
      await vault.removeAllOf(profileId);
      channels.purge(profileId);
    },
  });
  const channels: Channels = new Channels({
    profiles,
    api,
    live,
    history,
    preferences,
    onChanged: (status) => emit('channels.changed', status),
    onBug: (error) => reportBug('channels', error),
  });
  const chosenFiles = new ChosenFiles(options.pickFile);
  const userFiles = new UserFiles(preferences, dataFolder, (error) => reportBug('userFiles', error));
  const exports = new Exports({ vault, profiles, files: userFiles });
  const exportPlace = ({ path, overwrite }: { readonly path: string; readonly overwrite: boolean }) => ({
    path: chosenFiles.require('export', path),
    overwrite,
  });
  const settings = new Settings(preferences, (values) => {
    emit('settings.changed', values);
    idleLock.review();
  });
  let longWork = 0;
  /** The user has asked for it and waits for it, with nothing to do in the page meanwhile. */
  const asUse = async <T>(work: () => Promise<T>): Promise<T> => {
    longWork++;
    idleLock.useMayHaveChanged();
    try {
      return await work();
    } finally {
      longWork--;
      idleLock.useMayHaveChanged();
    }
  };
  const idleLock: IdleLock = new IdleLock({
    ...options.clock,
    minutes: () => settings.get().lockAfterMinutes,
    isInUse: () => longWork > 0 || vault.move !== null || live.list().some(isWatched),
    lock: () => vault.lockBy('idle'),
  });
  const publisher = new Publisher(api, vault);
  const doctor = new Doctor({
    api,
    checkService: (input, signal) => vault.checkService(input, signal),
    credentials: (profileId) => vault.credentials(profileId),
    recentEncrypted: (profileId, query) => history.recentEncrypted(profileId, query),
    decryptWith: (credentialId, items) => vault.decryptWith(credentialId, items),
    isPublishedHere: (data) => publisher.isPublishedHere(data),
    apps: () => profiles.list().map(({ profileId, name }) => ({ profileId, appName: name })),
    onProgress: (progress) => emit('doctor.progress', progress),
  });
  const check = ({ profileId, ...how }: { readonly profileId: string } & CheckOptions) => {
    const service = profiles.findService(profileId);
    return service
      ? doctor.checkService(service, how)
      : doctor.checkApp(live.withDialect(profiles.get(profileId)), how);
  };
  const presence: Presence = new Presence({
    profiles: { get: (profileId) => live.withDialect(profiles.get(profileId)) },
    poll: new PresencePoll(api),
    live,
    describe: (where, signal) => channels.describe(where, signal),
    onChanged: (where) => emit('presence.changed', where),
  });
  const sandbox: Sandbox = new Sandbox({
    spawn,
    entry: entry('sandbox/process'),
    vault,
    live,
    profiles,
    onNewCredentials: (profileId) =>
      rotations.abandonAll(profileId, 'The sandbox was started anew, with new credentials.'),
    onChanged: (status) => emit('sandbox.changed', status),
  });
  const rotations: Rotations = new Rotations({
    database,
    profiles,
    tools: {
      api,
      sandbox,
      now: Date.now,
      credentials: (profileId) => vault.credentials(profileId),
      recentEncrypted: (profileId, query) => history.recentEncrypted(profileId, query),
      decryptBatch: (profileId, items) => vault.decryptBatch({ profileId, items }),
      promoteNext: (input) => vault.promoteNext(input),
      removeSlot: (input) => vault.removeSlot(input),
      isPublishedHere: (data) => publisher.isPublishedHere(data),
      together: (work) => database.transaction(work),
      changeKey: (profileId, key) => {
        profiles.save({ ...withoutStamps(profiles.get(profileId)), key }, profileId);
      },
    },
    onChanged: (record) => emit('rotation.changed', record),
  });

  const replayTarget: ReplayOptions = {
    sandbox: () => {
      const { state, profileId, port } = sandbox.status;
      const profile = state === 'running' && profileId !== null ? profiles.find(profileId) : undefined;
      if (!profile || port === null) return undefined;
      const endpoint = { host: '127.0.0.1', port, tls: false, path: '' };
      return { ...profile, location: { kind: 'endpoints', http: endpoint, webSocket: endpoint } };
    },
    publish: (profile, input, signal) => publisher.publish(profile, input, signal),
    watch: async ({ profileId }, channels, signal) => {
      const wanted = new Set(channels.filter((channel) => channelNameProblem(channel)?.severity !== 'error'));
      for (const channel of wanted) live.subscribe({ profileId, channel });
      const isPending = () =>
        live
          .list()
          .filter((connection) => connection.profileId === profileId)
          .some(({ subscriptions }) =>
            subscriptions.some(({ channel, state }) => wanted.has(channel) && state === 'pending'),
          );
      for (let turn = 0; turn < 60 && isPending() && !signal.aborted; turn++) await delay(50);
    },
  };
  const moveSecret = ({ credentialId, slot }: { readonly credentialId: string; readonly slot: Slot }) => {
    const { profileId, kind, key, slot: from } = vault.find(credentialId);
    const versions = ['current', 'next', 'previous'];
    if (versions.includes(from) || versions.includes(slot)) rotations.requireNone(profileId, kind);
    const app = profiles.find(profileId);
    return database.transaction(() => {
      const moved = vault.moveSecret({ credentialId, slot });
      const isNewKey = kind === 'secret' && slot === 'current' && key !== null && app && key !== app.key;
      if (isNewKey) profiles.save({ ...withoutStamps(app), key }, profileId);
      return moved;
    });
  };
  const imports = new Imports({
    vault,
    profiles,
    moveSecret,
    isRotating: (profileId, kind) => rotations.isUnderWay(profileId, kind),
    onProblem: (error) => background('imports.drop', Promise.reject(error)),
  });

  vault.changed.add((status) => {
    emit('vault.changed', status);
    idleLock.vaultChanged(status);
    if (status.state !== 'unlocked') return;
    live.vaultUnlocked();
    channels.vaultUnlocked();
    background('profiles.purge', profiles.purgeExpired());
  });
  vault.moveChanged.add((move) => {
    emit('vault.moveChanged', { move });
    idleLock.useMayHaveChanged();
  });
  vault.sweeps.progressed.add((progress) => emit('sweep.progress', progress));
  vault.credentialsChanged.add((profileId) => {
    emit('vault.credentialsChanged', { profileId });
    live.credentialsChanged(profileId);
    channels.credentialsChanged(profileId);
  });
  vault.credentialsUsed.add((profileId) => emit('vault.credentialsUsed', { profileId }));
  background('userFiles.removeLeftovers', userFiles.removeLeftovers());
  background('vault.start', vault.start());

  const handlers: Handlers = {
    about: {
      info: () => ({
        version: options.version,
        host: options.host,
        platform: knownPlatform(process.platform),
        dataFolder,
        hasFilePicker: chosenFiles.hasPicker,
        notices: [...database.notices],
      }),
    },
    audit: {
      list: (input) => {
        vault.noteUses();
        return audit.list(input);
      },
      export: async ({ format, ...place }) => {
        vault.noteUses();
        const { path, overwrite } = exportPlace(place);
        const told = await userFiles.writing({ path, overwrite }, async (file) => {
          const exported = new AuditExport(format);
          const written = await writeUserFile(
            file,
            (handle) => exported.write(handle, (after, limit) => audit.after(after, limit), audit.lastId()),
            (content) => exported.prove(content),
          );
          return { entries: exported.entries, ...written };
        });
        return { path, ...told };
      },
    },
    channels: {
      watch: ({ profileId }, { held }) => {
        const name = `channels ${profileId}`;
        held.get(name)?.();
        const status = channels.watch(profileId);
        held.set(name, () => channels.unwatch(profileId));
        return status;
      },
      unwatch: ({ profileId }, { held }) => {
        const name = `channels ${profileId}`;
        held.get(name)?.();
        held.delete(name);
        return {};
      },
      choose: (input) => channels.choose(input),
      askNow: ({ profileId }) => channels.askNow(profileId),
      lines: (input) => channels.lines(input),
      describe: (input, { signal }) => channels.describe(input, signal),
      cacheMiss: (input) => channels.cacheMiss(input),
      setFavourite: (input) => channels.setFavourite(input),
      addPattern: (input) => channels.addPattern(input),
      removePattern: (input) => channels.removePattern(input),
    },
    doctor: {
      check: async (input, { signal }) => ({ diagnoses: await check({ ...input, signal }) }),
    },
    exports: {
      describe: ({ profileId }) => exports.describe(profileId),
      snippets: ({ profileId }) => exports.snippets(profileId),
      writeEnv: ({ profileId, target, ...place }) =>
        exports.writeEnv({ profileId, target }, exportPlace(place)),
      describeBundle: ({ profileIds }) => exports.describeBundle(profileIds),
      writeBundle: ({ profileIds, passphrase, ...place }) =>
        exports.writeBundle(profileIds, secretCalls.passphrase(passphrase), exportPlace(place)),
      redacted: ({ profileIds }) => ({ text: exports.redacted(profileIds) }),
      writeRedacted: ({ profileIds, ...place }) => exports.writeRedacted(profileIds, exportPlace(place)),
    },
    files: {
      choose: (input) => chosenFiles.choose(input),
    },
    history: {
      openView: ({ filter, ...view }, { held }) => {
        profiles.get(view.profileId);
        held.set(`view ${view.profileId} ${view.viewId}`, () =>
          background('history.closeView', history.closeView(view)),
        );
        return history.openView({ ...view, filter });
      },
      closeView: (view, { held }) => {
        held.delete(`view ${view.profileId} ${view.viewId}`);
        return history.closeView(view);
      },
      rows: (input) => history.rows(input),
      rowOf: (input) => history.rowOf(input),
      detail: (input) => history.detail(input),
      names: (input) => {
        profiles.get(input.profileId);
        return history.names(input);
      },
      sessions: async ({ profileId }) => {
        profiles.get(profileId);
        const isKeepChosen = keepChoices.of(profileId) !== undefined;
        return { ...(await history.sessions(profileId)), keeps: keepsHistory(profileId), isKeepChosen };
      },
      describeSession: async ({ profileId, sessionId }) => {
        const content = await history.describeSession(profileId, sessionId);
        return { ...content, problems: [...content.problems] };
      },
      updateSession: async ({ profileId, sessionId, ...changes }) => {
        await history.updateSession(profileId, sessionId, changes);
        return {};
      },
      removeSession: async ({ profileId, sessionId }) => {
        await history.removeSession(profileId, sessionId);
        return {};
      },
      exportEvents: async (
        { profileId, sessionId, filter, format, redaction, withPlaintext, ...place },
        { signal },
      ) => {
        const { key, location } = profiles.get(profileId);
        const { path, overwrite } = exportPlace(place);
        const { host, port, tls, path: prefix } = webSocketEndpoint(location);
        const told = await asUse(() =>
          userFiles.writing({ path, overwrite }, (file) =>
            history.exportEvents(
              { profileId, sessionId },
              {
                filter,
                format,
                redaction,
                withPlaintext,
                version: options.version,
                url: `${tls ? 'wss' : 'ws'}://${host}:${port}${prefix}/app/${key}?protocol=7`,
                signal,
                onProgress: (done, total) => emit('history.exporting', { profileId, done, total }),
              },
              file,
            ),
          ),
        );
        return { path, ...told };
      },
      importEvents: ({ profileId, path }, { signal }) => {
        profiles.get(profileId);
        const onProgress = (doneBytes: number, totalBytes: number) =>
          emit('history.importing', { profileId, doneBytes, totalBytes });
        return asUse(() =>
          history.importEvents(profileId, chosenFiles.require('import', path), { signal, onProgress }),
        );
      },
      compare: ({ profileId, one, other }) =>
        history.compare({ profileId, sessionId: one }, { profileId, sessionId: other }),
      replay: ({ profileId, sessionId, filter, speed }, { signal }) => {
        profiles.get(profileId);
        const onProgress = (done: number, total: number) =>
          emit('history.replaying', { profileId, done, total });
        return asUse(() =>
          history.replaying({ profileId, sessionId, filter, signal }, (source) =>
            replay(source, { speed, signal, onProgress }, replayTarget),
          ),
        );
      },
      marks: async (log) => ({ marks: await history.markedEvents(log) }),
      setMark: async (mark) => {
        await history.setMark(mark);
        emit('history.marksChanged', { profileId: mark.profileId });
        return {};
      },
      setKeep: ({ profileId, keep }) => {
        profiles.get(profileId);
        keepChoices.set(profileId, keep);
        emit('history.sessionsChanged', { profileId });
        return {};
      },
      clear: ({ profileId }) => history.clear(profileId),
      unclear: async ({ profileId, from }) => {
        await history.unclear(profileId, from);
        return {};
      },
    },
    imports: {
      open: async (input, { signal, held }) => {
        const source = secretCalls.importSource(input);
        const opened = await imports.open(
          'path' in source ? { ...source, path: chosenFiles.require('import', source.path) } : source,
        );
        const drop = () => imports.drop(opened.importId);
        if (signal.aborted) drop();
        // Whatever the page does not finish goes with it.
        else held.set('import', drop);
        return opened;
      },
      apply: (input, { signal }) => asUse(() => imports.apply(input, signal)),
      drop: ({ importId }) => {
        imports.drop(importId);
        return {};
      },
    },
    live: {
      list: () => ({ connections: live.list() }),
      open: (input) => live.open(input),
      close: (input) => {
        live.closeConnection(input);
        return {};
      },
      connect: (input) => live.connect(input),
      disconnect: (input) => live.disconnect(input),
      subscribe: (input) => {
        const connection = live.subscribe(input);
        channels.subscribed(input);
        return connection;
      },
      unsubscribe: (input) => {
        const connection = live.unsubscribe(input);
        channels.unsubscribed(input);
        return connection;
      },
      signIn: (input) => live.signIn(input),
      signOut: (input) => live.signOut(input),
      timeline: (input) => ({ entries: live.timeline(input) }),
    },
    presence: {
      members: (input) => presence.members(input),
      timeline: (input) => presence.timeline(input),
      poll: (input, { signal }) => presence.poll(input, signal),
      compare: (input, { signal }) => presence.compare(input, signal),
    },
    profiles: {
      list: () => profiles.all(),
      save: ({ profileId, profile }) => profiles.save(profile, profileId),
      saveService: ({ profileId, service }) => profiles.saveService(service, profileId),
      remove: ({ profileId }) => profiles.remove(profileId),
      restore: ({ undoToken }) => profiles.restore(undoToken),
    },
    providers: {
      list: () => ({ providers: describeProviders() }),
    },
    publishing: {
      publish: ({ profileId, ...input }, { signal }) =>
        publisher.publish(live.withDialect(profiles.get(profileId)), input, signal),
    },
    rotation: {
      plans: ({ profileId }) => ({ plans: rotations.plans(profileId) }),
      list: ({ profileId }) => ({ rotations: rotations.list(profileId) }),
      start: ({ profileId, planId }) => rotations.start(profileId, planId),
      setDone: ({ rotationId, stepId, isDone }) => rotations.setDone(rotationId, stepId, isDone),
      check: ({ rotationId, stepId }, { signal }) => rotations.check(rotationId, stepId, signal),
      perform: ({ rotationId, stepId, confirmation }, { signal }) =>
        rotations.perform(rotationId, stepId, confirmation, signal),
      abandon: ({ rotationId }) => rotations.abandon(rotationId),
    },
    sandbox: {
      status: () => sandbox.status,
      start: () => sandbox.start(),
      stop: () => sandbox.stop(),
      setDemo: ({ isRunning }) => sandbox.setDemo(isRunning),
    },
    settings: {
      get: () => settings.get(),
      update: (changes) => settings.update(changes),
    },
    sweep: {
      start: async ({ path, history }, { signal }) => {
        const order = { folder: chosenFiles.require('sweep', path), hasHistory: history };
        const { found, ...report } = await asUse(() => vault.sweeps.run(order, signal));
        return { ...report, found: [...found] };
      },
    },
    vault: {
      status: () => vault.status,
      unlock: ({ passphrase }) => vault.unlock(secretCalls.passphrase(passphrase)),
      expectPassphrase: () => {
        vault.expectPassphrase();
        return {};
      },
      changePassphrase: ({ from, to }) =>
        vault.changePassphrase({ from: secretCalls.passphrase(from), to: secretCalls.passphrase(to) }),
      setPassphrase: ({ passphrase }) => vault.setPassphrase(secretCalls.passphrase(passphrase)),
      removePassphrase: ({ passphrase }) => vault.removePassphrase(secretCalls.passphrase(passphrase)),
      lock: ({ forget }) => vault.lock({ forget: forget ?? false }),
      touch: () => {
        idleLock.touch();
        return {};
      },
      cancelWaiting: () => vault.cancelWaiting(),
      chooseStore: ({ store, startOver, passphrase }) =>
        vault.chooseStore(store, { startOver, passphrase: secretCalls.passphrase(passphrase) }),
      moveTo: ({ store, passphrase }) => vault.moveTo(store, secretCalls.passphrase(passphrase)),
      cancelMove: () => {
        vault.cancelMove();
        return {};
      },
      move: () => ({ move: vault.move }),
      enterSecret: (input) => {
        const app = profiles.find(input.profileId);
        const isDefault = input.slot === 'current' && input.key === undefined;
        return secretCalls.enter(app && isDefault ? { ...input, key: app.key } : input);
      },
      revealSecret: (input) => secretCalls.reveal(input),
      copySecret: (input) => secretCalls.copy(input),
      labelSecret: (input) => vault.labelSecret(input),
      moveSecret,
      generateMasterKey: (input) => vault.generateMasterKey(input),
      removeSecret: async ({ credentialId }) => {
        await vault.removeSecret(credentialId);
        return {};
      },
      credentials: ({ profileId }) => ({ credentials: vault.credentials(profileId) }),
    },
  };
  const dispatcher = new Dispatcher(handlers, events, reportBug);

  return {
    preferences,
    emit,
    commands: createCommands({
      profiles,
      vault,
      credentials: (profileId) => vault.credentials(profileId),
      check,
    }),
    openSession: (send) => dispatcher.open(send),
    passPort: (port) => background('vault.passPort', vault.passPort(port)),
    lockVault: (rule) => vault.lockBy(rule),
    close: async () => {
      idleLock.close();
      await secretCalls.close();
      profiles.close();
      channels.close();
      await live.close();
      await sandbox.close();
      await history.close();
      vault.close();
      userFiles.close();
      database.close();
    },
  };
}

/** It receives events, or tries to, and may need a signature whenever it connects again. */
function isWatched({ state, subscriptions }: Connection): boolean {
  return subscriptions.length > 0 && !['initialized', 'disconnected', 'failed'].includes(state);
}

function withoutStamps({ profileId: _, createdAt: __, updatedAt: ___, ...input }: Profile) {
  return input;
}

function knownPlatform(platform: NodeJS.Platform): 'darwin' | 'win32' | 'linux' | 'other' {
  return platform === 'darwin' || platform === 'win32' || platform === 'linux' ? platform : 'other';
}
