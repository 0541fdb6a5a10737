/** One live connection of an app: its state as the page sees it, its subscriptions, and what it writes in the log. */
import type { IncomingHttpHeaders } from 'node:http';
import {
  type Connection,
  type ConnectionState,
  roundTripLimit,
  type Stuck,
  type TimelineEntry,
} from '#shared/contract/live.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { isPresence, needsAuthorization } from '#shared/protocol/channels.ts';
import { afterClose } from '#shared/protocol/codes.ts';
import type { Dialect } from '#shared/protocol/dialects.ts';
import { AttemptPacer } from './attempt-pacer.ts';
import type { ConnectProblem } from './connect-problem.ts';
import type { DialectEvidence } from './dialect-evidence.ts';
import { LimitedNotes } from './limited-notes.ts';
import { defaultMember, type MemberInput, type OwnMember, ownMember, ownUser } from './own-member.ts';
import type { ProtocolMessage } from './protocol-messages.ts';
import { type ChannelSignature, PusherClient } from './pusher-client.ts';
import * as reasons from './reasons.ts';
import type { Recorder } from './recorder.ts';
import { SignIn } from './sign-in.ts';
import { stuckOf, type Trouble } from './stuck.ts';
import { type Entry, type KnownMembers, type KnownPresence, Subscriptions } from './subscriptions.ts';
import type { SocketEnd } from './tap-socket.ts';
import { Timeline } from './timeline.ts';
import type { LiveTiming } from './timing.ts';
import { isSameEndpoint, webSocketEndpoint } from './web-socket-endpoint.ts';

/** Signs for the app of a profile. Its failures are AppErrors. */
export interface Authorizer {
  signChannel(input: {
    readonly profileId: string;
    readonly socketId: string;
    readonly channel: string;
    readonly channelData?: string | undefined;
  }): Promise<{ auth: string }>;
  signUser(input: {
    readonly profileId: string;
    readonly socketId: string;
    readonly userData: string;
  }): Promise<{ auth: string }>;
}

export interface UserInput extends MemberInput {
  readonly watchlist?: readonly string[] | undefined;
}

export interface ConnectionOptions {
  readonly number: number;
  readonly label: string | null;
  readonly evidence: DialectEvidence;
  /** If the HTTP API refused the app's last signed request: the server's clock minus this one's, in milliseconds. */
  refusedWithOffsetMs(): number | undefined;
  hasOthers(): boolean;
  readonly authorizer: Authorizer;
  readonly recorder: Recorder;
  readonly timing: LiveTiming;
  now(): number;
  onChanged(): void;
  onPresenceChanged(channel: string): void;
}

const subscriptionLimit = 1000;

export class ProfileConnection {
  #profile: Profile;
  readonly #options: ConnectionOptions;
  readonly #subscriptions: Subscriptions;
  readonly #errorNotes: LimitedNotes;
  readonly #refusalNotes: LimitedNotes;
  #pacer = new AttemptPacer();
  #client: PusherClient | undefined;
  #state: ConnectionState = 'initialized';
  #reason: string | null = null;
  #socketId: string | null = null;
  #roundTripMs: number | null = null;
  #roundTrips: number[] = [];
  #trouble: Trouble | undefined;
  #signIn: SignIn | undefined;
  readonly #timeline = new Timeline();
  /** Since when events are missing. */
  #lostSinceMs: number | undefined;
  #defaultMember: OwnMember | undefined;

  constructor(profile: Profile, options: ConnectionOptions) {
    this.#profile = profile;
    this.#options = options;
    const { recorder, timing } = options;
    this.#errorNotes = new LimitedNotes(recorder, 'error', () => options.now());
    this.#refusalNotes = new LimitedNotes(recorder, 'refused', () => options.now());
    this.#subscriptions = new Subscriptions({
      answerTimeoutMs: timing.answerTimeoutMs,
      now: () => options.now(),
      onChanged: () => options.onChanged(),
      onPresenceChanged: (channel) => options.onPresenceChanged(channel),
      onNoRoom: (channel) =>
        this.#refusalNotes.write(`${channel} has more members than are kept: some are not shown.`),
    });
  }

  snapshot(): Connection {
    const { number, label, evidence, hasOthers } = this.#options;
    return {
      profileId: this.#profile.profileId,
      connection: number,
      label,
      hasOthers: hasOthers(),
      state: this.#state,
      socketId: this.#socketId,
      reason: this.#reason,
      roundTripMs: this.#roundTripMs,
      roundTrips: [...this.#roundTrips],
      subscriptions: this.#subscriptions.list(),
      user: this.#signIn?.snapshot() ?? null,
      stuck: this.#stuck(),
      dialect: evidence.found(this.#profile),
      timelineVersion: this.#timeline.version,
    };
  }

  timeline(): TimelineEntry[] {
    return this.#timeline.list();
  }

  /** Once for a socket: another user, or the same again, needs a new one. */
  signIn(input: UserInput): void {
    const userData = ownUser(input);
    const before = this.#signIn;
    if (before?.userData === userData && before.state !== 'failed') return;
    before?.close();
    const isUsed = before?.state === 'signed-in' || before?.state === 'pending';
    this.#signIn = new SignIn({
      userId: input.userId,
      userData,
      answerTimeoutMs: this.#options.timing.answerTimeoutMs,
      sign: (socketId, data) =>
        this.#options.authorizer.signUser({
          profileId: this.#profile.profileId,
          socketId,
          userData: data,
        }),
      send: (event, data) => this.#client?.send(event, data),
      onChanged: () => this.#options.onChanged(),
      onTold: (text) => this.#timeline.add(this.#options.now(), 'sign-in', text),
    });
    if (isUsed) this.#reopen('Another user signs in: connecting again, as the protocol has no sign-out.');
    else if (this.#state === 'connected' && this.#socketId) this.#signIn.connected(this.#socketId);
    this.#options.onChanged();
  }

  signOut(): void {
    const before = this.#signIn;
    if (!before) return;
    before.close();
    this.#signIn = undefined;
    this.#timeline.add(this.#options.now(), 'sign-in', 'Signed out.');
    if (before.state === 'signed-in' || before.state === 'pending') {
      this.#reopen('Signed out: connecting again, as the protocol has no sign-out.');
    }
    this.#options.onChanged();
  }

  /** For what changed in what all connections of the app share. */
  sharedChanged(): void {
    this.#options.onChanged();
  }

  connect(): void {
    if (this.#client) return;
    this.#pacer = new AttemptPacer();
    this.#trouble = undefined;
    this.#become('connecting', null);
    this.#open();
  }

  disconnect(): void {
    const wasConnected = this.#state === 'connected';
    this.#close();
    this.#lostSinceMs = undefined;
    if (wasConnected) this.#options.recorder.note('disconnected', 'Disconnected.');
    if (this.#state !== 'initialized') this.#become('disconnected', null);
  }

  subscribe(channel: string, input: MemberInput | undefined): void {
    const own = isPresence(channel) ? this.#ownMember(input) : undefined;
    let entry = this.#subscriptions.get(channel);
    if (entry && input && entry.channelData !== own?.channelData) {
      this.unsubscribe(channel);
      entry = undefined;
    }
    if (entry && entry.state !== 'failed') return;
    if (entry) this.#client?.unsubscribe(channel, false);
    if (!entry && this.#subscriptions.size >= subscriptionLimit) {
      throw new AppError('conflict', `One connection keeps ${subscriptionLimit} subscriptions at most.`, {
        hint: 'Unsubscribe from a channel first.',
      });
    }
    this.#request(entry ?? this.#subscriptions.add(channel, own));
  }

  unsubscribe(channel: string): void {
    const entry = this.#subscriptions.get(channel);
    if (!entry) return;
    this.#client?.unsubscribe(channel, entry.isSent);
    this.#subscriptions.remove(entry);
  }

  members(channel: string): KnownMembers {
    return this.#subscriptions.members(channel);
  }

  presence(channel: string): KnownPresence | undefined {
    return this.#subscriptions.presence(channel);
  }

  /** Asks again for what could not be signed, or was signed with another secret. */
  retrySubscriptions(which: 'waiting-for-vault' | 'unsubscribed'): void {
    this.#signIn?.retry(which === 'waiting-for-vault' ? 'waiting' : 'all');
    for (const entry of this.#subscriptions.all()) {
      const isStuck = entry.state === 'failed' || (entry.state === 'pending' && entry.reason !== null);
      if (entry.state !== 'waiting-for-vault' && !(which === 'unsubscribed' && isStuck)) continue;
      if (!needsAuthorization(entry.channel)) continue;
      this.#client?.unsubscribe(entry.channel, false);
      this.#request(entry);
    }
  }

  /** Connects anew if it matters to an open connection. */
  changeProfile(profile: Profile): void {
    const before = this.#profile;
    this.#profile = profile;
    const isSamePlace = before.key === profile.key && isSameEndpoint(before.location, profile.location);
    if (isSamePlace || !this.#isWanted) return;
    this.#reopen('The app’s key or address was changed: connecting again.');
  }

  dispose(): void {
    this.disconnect();
    this.#signIn?.close();
    this.#subscriptions.close();
  }

  /** Open, or failed in a way that another key or address may mend. */
  get #isWanted(): boolean {
    return this.#client !== undefined || this.#state === 'failed';
  }

  get #dialect(): Dialect {
    return this.#options.evidence.found(this.#profile).used;
  }

  #stuck(): Stuck | null {
    return stuckOf({
      state: this.#state,
      reason: this.#reason,
      trouble: this.#trouble,
      endpoint: webSocketEndpoint(this.#profile.location),
      isOnCluster: this.#profile.location.kind === 'cluster',
      dialect: this.#dialect,
      user: this.#signIn?.snapshot() ?? null,
      subscriptions: this.#subscriptions.list(),
      refusedWithOffsetMs: this.#options.refusedWithOffsetMs(),
    });
  }

  #reopen(why: string): void {
    if (!this.#isWanted) return;
    const wasConnected = this.#state === 'connected';
    this.#close();
    if (wasConnected) {
      this.#lostSinceMs ??= this.#options.now();
      this.#options.recorder.note('disconnected', why);
      this.#timeline.add(this.#options.now(), 'closed', why, reasons.nextAttemptText(0));
    }
    this.connect();
  }

  #open(): void {
    const endpoint = webSocketEndpoint(this.#profile.location);
    const { recorder, timing, now, evidence } = this.#options;
    const client: PusherClient = new PusherClient({
      key: this.#profile.key,
      endpoint,
      timing,
      authorize: (socketId, channel) => this.#authorize(socketId, channel),
      onState: (state) => this.#onLibraryState(state),
      tap: {
        endpoint,
        recorder,
        timing,
        now,
        pacer: this.#pacer,
        answered: (headers) => {
          if (this.#client === client) evidence.observeAnswer({ headers: plainHeaders(headers) });
        },
        attemptFailed: (problem, delayMs) => {
          if (this.#client === client) this.#onAttemptFailed(problem, delayMs);
        },
        received: (message) => this.#client === client && this.#receive(message),
        refused: (why, channel) => this.#refuse(why, channel),
        roundTrip: (milliseconds) => {
          this.#roundTripMs = milliseconds;
          this.#roundTrips = [...this.#roundTrips.slice(1 - roundTripLimit), milliseconds];
          this.#options.onChanged();
        },
        ended: (end) => {
          if (this.#client === client) this.#onSocketEnd(end);
        },
      },
    });
    this.#client = client;
    for (const { channel } of this.#subscriptions.all()) client.subscribe(channel);
  }

  #close(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.dispose();
    this.#noLongerConnected();
  }

  #noLongerConnected(): void {
    this.#socketId = null;
    this.#roundTripMs = null;
    this.#subscriptions.connectionLost();
    this.#signIn?.connectionLost();
  }

  #onAttemptFailed(problem: ConnectProblem, delayMs: number): void {
    this.#trouble = { kind: 'attempt', problem };
    this.#timeline.add(this.#options.now(), 'attempt', problem.text, reasons.nextAttemptText(delayMs));
    this.#explain(problem.text);
  }

  #onLibraryState(state: string): void {
    if (state === 'connected') this.#onConnected();
    else if (state === 'unavailable')
      this.#become('unavailable', this.#reason ?? 'The server does not answer.');
    else if (state === 'connecting') this.#become('connecting', this.#reason);
    // A close code that the library takes for a refusal. Nobody else disconnects an open client.
    else if (state === 'disconnected' && this.#client)
      this.#fail(this.#reason ?? 'The server refused the connection.');
    else if (state === 'failed') this.#fail('This connection can’t be made.');
  }

  /** The library asks for its channels by itself right after this. */
  #onConnected(): void {
    const { recorder, now } = this.#options;
    this.#trouble = undefined;
    this.#become('connected', null);
    if (this.#lostSinceMs !== undefined) {
      const text = reasons.gapText(now() - this.#lostSinceMs);
      recorder.note('gap', text);
      this.#timeline.add(now(), 'gap', text);
    }
    this.#lostSinceMs = undefined;
    recorder.note('connected', `Connected as socket ${this.#socketId ?? 'unknown'}.`);
    for (const entry of this.#subscriptions.all()) this.#becomePending(entry);
    this.#client?.send('pusher:ping', {});
    if (this.#socketId !== null) this.#signIn?.connected(this.#socketId);
  }

  #onSocketEnd(end: SocketEnd): void {
    const text =
      end.silentSinceMs === undefined
        ? (end.text ?? reasons.closeText(end.code, this.#dialect))
        : reasons.unansweredPing;
    // A socket that pusher-js replaces before it was open: its own attempt failed, for a reason that is known.
    if (!end.isOurs || end.silentSinceMs !== undefined) {
      this.#noteEnd(end, text);
      this.#explain(text);
    }
    if (end.wasWelcomed) {
      this.#lostSinceMs ??= end.silentSinceMs ?? this.#options.now();
      this.#options.recorder.note('disconnected', `Connection lost. ${text}`);
      this.#noLongerConnected();
    }
    if (!end.isOurs && isFinal(end.code)) this.#fail(text);
    else if (end.wasWelcomed) this.#become('connecting', text);
  }

  #noteEnd({ code, text: own, silentSinceMs, isOurs }: SocketEnd, text: string): void {
    if (!isOurs && own === undefined) {
      // An error may have said more than the close that follows it.
      if (code >= 4000 || this.#trouble?.kind !== 'code') this.#trouble = { kind: 'code', code };
      if (code === 4009) this.#signIn?.refused(code, true);
    } else this.#trouble = { kind: 'other', text };
    const baseMs = silentSinceMs === undefined ? reasons.reconnectDelayMs(code) : 0;
    const next =
      !isOurs && isFinal(code)
        ? reasons.doesNotReconnect
        : reasons.nextAttemptText(baseMs + this.#pacer.delayMs());
    this.#timeline.add(this.#options.now(), 'closed', text, next);
  }

  #fail(reason: string): void {
    if (this.#state === 'failed') return;
    this.#close();
    this.#options.recorder.note('error', `${reason} Not connecting again by itself.`);
    this.#become('failed', reason);
  }

  /** @returns Whether pusher-js may have it. */
  #receive(message: ProtocolMessage): boolean {
    this.#options.evidence.observeMessage(message);
    if (this.#signIn?.receive(message)) return false;
    switch (message.kind) {
      case 'welcome':
        this.#socketId = message.socketId;
        return true;
      case 'ping':
      case 'pong':
        return true;
      case 'error':
        this.#onServerError(message.code, message.serverText);
        return false;
      case 'signed-in':
        return false;
      case 'watchlist':
        this.#timeline.add(this.#options.now(), 'sign-in', reasons.watchlistText(message));
        this.#options.onChanged();
        return false;
      default:
        return this.#subscriptions.receive(message);
    }
  }

  #onServerError(code: number | null, serverText: string): void {
    const dialect = this.#dialect;
    const text = reasons.errorText(code, dialect);
    // A refusal before the welcome is final, as in pusher-js: some servers then close without a code, or not at all.
    const isRefusal = this.#state !== 'connected' && code !== null && isFinal(code);
    if (code !== null) this.#trouble = { kind: 'code', code };
    this.#timeline.add(this.#options.now(), 'error', text, isRefusal ? reasons.doesNotReconnect : null);
    if (isRefusal) {
      this.#fail(text);
      return;
    }
    this.#explain(text);
    // Before the welcome the close that follows is noted.
    if (this.#state !== 'connected') return;
    this.#errorNotes.write(text);
    if (this.#signIn?.refused(code, !this.#subscriptions.isSignatureDue)) {
      if (code === 4200) this.#options.evidence.observeSignInUnknown();
      return;
    }
    // 43xx is about client events and watchlists, never about a subscription.
    if (code === null || afterClose(code) !== 'stay-connected') {
      this.#subscriptions.blame(code, serverText, dialect);
    }
  }

  #refuse(why: string, channel: string | undefined): void {
    const text = `A frame that ${why} was recorded, and not acted on.`;
    this.#refusalNotes.write(text);
    const entry = channel === undefined ? undefined : this.#subscriptions.get(channel);
    if (entry?.state === 'pending') this.#subscriptions.explain(entry, text);
  }

  #request(entry: Entry): void {
    if (this.#state === 'connected') this.#becomePending(entry);
    else this.#subscriptions.become(entry, 'waiting-for-connection');
    this.#client?.subscribe(entry.channel);
  }

  #becomePending(entry: Entry): void {
    this.#subscriptions.become(entry, 'pending');
    if (!needsAuthorization(entry.channel)) this.#subscriptions.sent(entry, this.#dialect);
  }

  async #authorize(socketId: string, channel: string): Promise<ChannelSignature | undefined> {
    const entry = this.#subscriptions.get(channel);
    if (!entry) return undefined;
    const { channelData } = entry;
    // A reconnect or an unsubscribe in the meantime asks again by itself; an old signature would be refused.
    const isStillWanted = () => this.#socketId === socketId && this.#subscriptions.get(channel) === entry;
    try {
      const { profileId } = this.#profile;
      const { auth } = await this.#options.authorizer.signChannel({
        profileId,
        socketId,
        channel,
        channelData,
      });
      if (!isStillWanted()) return undefined;
      this.#subscriptions.sent(entry, this.#dialect);
      return { auth, channelData };
    } catch (error) {
      if (!isStillWanted()) return undefined;
      this.#signingFailed(entry, error);
      throw error;
    }
  }

  #signingFailed(entry: Entry, error: unknown): void {
    if (!(error instanceof AppError) || error.code === 'internal') {
      this.#subscriptions.become(entry, 'failed', 'The signature for this channel could not be made.');
      return;
    }
    const state = reasons.endsWithVault(error) ? 'waiting-for-vault' : 'failed';
    this.#subscriptions.become(entry, state, reasons.failureText(error));
  }

  #ownMember(input: MemberInput | undefined): OwnMember {
    if (input) return ownMember(input);
    this.#defaultMember ??= defaultMember();
    return this.#defaultMember;
  }

  #explain(reason: string): void {
    this.#reason = reason;
    this.#options.onChanged();
  }

  #become(state: ConnectionState, reason: string | null): void {
    const isNew = this.#state !== state;
    this.#state = state;
    this.#reason = reason;
    if (isNew) {
      const next = state === 'failed' ? reasons.doesNotReconnect : null;
      // Why it connects again is in the entry before.
      const text = state === 'connecting' ? null : reason;
      this.#timeline.add(this.#options.now(), state, text ?? reasons.stateText(state, this.#socketId), next);
    }
    this.#options.onChanged();
  }
}

/** pusher-js takes any code from 4300 for a refusal as well, when a connection is closed with it. */
function isFinal(code: number): boolean {
  return afterClose(code) === 'do-not-reconnect' || code >= 4300;
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  const text = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join() : value);
  return { 'x-powered-by': text(headers['x-powered-by']), uwebsockets: text(headers.uwebsockets) };
}
