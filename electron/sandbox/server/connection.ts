/**
 * One client's connection: the frames it sends, what they do, and what it is told. Anything may arrive here; nothing
 * that arrives may throw.
 */
import { assertNever } from '#shared/lib/app-error.ts';
import { allowsClientEvents, channelNameProblem, needsAuthorization } from '#shared/protocol/channels.ts';
import { eventNameLimit, isClientEvent } from '#shared/protocol/events.ts';
import { clientEventsPerSecondLimit, utf8SizeBytes } from '#shared/protocol/limits.ts';
import { type AuthProblem, verifyChannelAuth, verifyUserAuth } from '../../signing/index.ts';
import type { AppConnection, SandboxApp } from './app-store.ts';
import type { Member, Subscriber } from './channels.ts';
import {
  clientEventFrame,
  errorFrame,
  type IncomingFrame,
  isRecord,
  parseFrame,
  protocolFrame,
} from './frames.ts';
import { parseMember, parseUserId } from './members.ts';

/** A guard, not a rule of the protocol. */
const subscriptionsLimit = 1000;

export interface Transport {
  send(frame: string): void;
  close(code: number, reason: string): void;
}

export interface ConnectionLimits {
  readonly activityTimeoutSeconds: number;
  readonly pongTimeoutSeconds: number;
  /** Without any message but pings and pongs, either way. */
  readonly inactivityLimitSeconds: number;
  readonly eventDataLimitBytes: number;
}

export interface ConnectionOptions {
  readonly app: SandboxApp;
  readonly key: string;
  readonly socketId: string;
  readonly transport: Transport;
  readonly now: () => number;
  readonly limits: ConnectionLimits;
}

export class Connection implements AppConnection, Subscriber {
  readonly key: string;
  readonly socketId: string;
  readonly #app: SandboxApp;
  readonly #transport: Transport;
  readonly #now: () => number;
  readonly #limits: ConnectionLimits;
  readonly #channels = new Set<string>();
  /** When the latest client events came, at most as many as one second allows. */
  readonly #clientEventTimes: number[] = [];
  #userId: string | undefined;
  #heardAt: number;
  #pingedAt: number | undefined;
  #activeAt: number;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.key = options.key;
    this.socketId = options.socketId;
    this.#app = options.app;
    this.#transport = options.transport;
    this.#now = options.now;
    this.#limits = options.limits;
    this.#heardAt = this.#activeAt = options.now();
  }

  get userId(): string | undefined {
    return this.#userId;
  }

  /** Greets the client and joins the app. */
  open(): void {
    this.#app.connections.add(this);
    const { activityTimeoutSeconds } = this.#limits;
    this.#transport.send(
      protocolFrame('pusher:connection_established', {
        socket_id: this.socketId,
        activity_timeout: activityTimeoutSeconds,
      }),
    );
  }

  send(frame: string): void {
    if (this.#isClosed) return;
    this.#activeAt = this.#now();
    this.#transport.send(frame);
  }

  receive(text: string): void {
    if (this.#isClosed) return;
    this.#heardAt = this.#now();
    this.#pingedAt = undefined;
    const frame = parseFrame(text);
    if (!frame) {
      this.#error(4200, 'The frame is not a JSON object with an event name.');
      return;
    }
    try {
      this.#handle(frame);
    } catch (error) {
      // JSON that nests too deeply to be written again ends here.
      if (!(error instanceof RangeError)) throw error;
      this.#error(4200, 'The frame is nested too deeply.');
    }
  }

  receiveBinary(): void {
    this.#heardAt = this.#now();
    this.#error(4200, 'Binary frames are not part of the protocol.');
  }

  closeWith(code: number, message: string): void {
    if (this.#isClosed) return;
    this.#transport.send(errorFrame(code, message));
    this.closed();
    this.#transport.close(code, message);
  }

  /** The socket is gone: leaves every channel. */
  closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#app.connections.delete(this);
    for (const channel of this.#channels) this.#app.channels.unsubscribe(channel, this);
    this.#channels.clear();
  }

  sweep(): void {
    const now = this.#now();
    const { activityTimeoutSeconds, pongTimeoutSeconds, inactivityLimitSeconds } = this.#limits;
    if (now - this.#activeAt >= inactivityLimitSeconds * 1000) {
      this.closeWith(4202, 'Closed after inactivity.');
    } else if (this.#pingedAt !== undefined) {
      if (now - this.#pingedAt >= pongTimeoutSeconds * 1000) this.closeWith(4201, 'No pong came in time.');
    } else if (now - this.#heardAt >= activityTimeoutSeconds * 1000) {
      this.#pingedAt = now;
      this.#transport.send(protocolFrame('pusher:ping', {}));
    }
  }

  #handle(frame: IncomingFrame): void {
    if (frame.event === 'pusher:ping') {
      this.#transport.send(protocolFrame('pusher:pong', {}));
      return;
    }
    if (frame.event === 'pusher:pong') return;
    this.#activeAt = this.#now();
    if (frame.event === 'pusher:subscribe') this.#subscribe(frame.data);
    else if (frame.event === 'pusher:unsubscribe') this.#unsubscribe(frame.data);
    else if (frame.event === 'pusher:signin') this.#signIn(frame.data);
    else if (isClientEvent(frame.event)) this.#clientEvent(frame);
    else this.#error(4200, 'Clients send messages of the protocol, and events that start with client-.');
  }

  #subscribe(data: unknown): void {
    if (!isRecord(data) || typeof data.channel !== 'string') {
      this.#error(4200, 'A subscription names its channel.');
      return;
    }
    const { channel } = data;
    const refusal = this.#subscriptionRefusal(channel, data);
    if (refusal !== undefined) {
      this.#error(null, refusal);
      return;
    }
    const member = parseMember(channel, data.channel_data);
    if (member && 'problem' in member) {
      this.#error(null, member.problem);
      return;
    }
    this.#join(channel, member);
  }

  #join(channel: string, member: Member | undefined): void {
    const outcome = this.#app.channels.subscribe(channel, this, member);
    switch (outcome) {
      case 'subscribed':
        this.#channels.add(channel);
        return;
      case 'already-subscribed':
        this.#error(null, `Existing subscription to channel ${channel}.`);
        return;
      case 'full':
        this.#error(null, `The channel ${channel} has as many members as a presence channel can have.`);
        return;
      default:
        assertNever(outcome);
    }
  }

  #subscriptionRefusal(channel: string, data: Record<string, unknown>): string | undefined {
    if (this.#channels.size >= subscriptionsLimit) {
      return `This connection has ${subscriptionsLimit} subscriptions, the most that it can have.`;
    }
    if (channel.startsWith('#')) {
      if (this.#userId !== undefined && channel === `#server-to-user-${this.#userId}`) return undefined;
      return 'Only the user who is signed in can subscribe to a server-to-user channel.';
    }
    const problem = channelNameProblem(channel);
    if (problem?.severity === 'error') return `Invalid channel name: ${problem.message}`;
    return needsAuthorization(channel) ? this.#authRefusal(channel, data) : undefined;
  }

  /**
   * Any pair of the app that is not revoked may have signed: while a rotation is under way, clients and auth
   * endpoints change over at different times.
   */
  #authRefusal(
    channel: string,
    { auth, channel_data: channelData }: Record<string, unknown>,
  ): string | undefined {
    const verification = verifyChannelAuth({
      auth: typeof auth === 'string' ? auth : undefined,
      findSecret: this.#app.findSecret,
      socketId: this.socketId,
      channel,
      channelData: typeof channelData === 'string' ? channelData : undefined,
    });
    return verification.ok ? undefined : authProblemMessage(verification.reason, channel);
  }

  #unsubscribe(data: unknown): void {
    const channel = isRecord(data) ? data.channel : undefined;
    if (typeof channel !== 'string') {
      this.#error(4200, 'To unsubscribe, name the channel.');
      return;
    }
    this.#app.channels.unsubscribe(channel, this);
    this.#channels.delete(channel);
  }

  #signIn(data: unknown): void {
    const { auth, user_data: userData } = isRecord(data) ? data : {};
    if (typeof auth !== 'string' || typeof userData !== 'string') {
      this.#error(4200, 'A sign-in has auth and user_data, both of them strings.');
      return;
    }
    if (this.#userId !== undefined) {
      this.#error(null, 'This connection is signed in already.');
      return;
    }
    const { socketId } = this;
    const verification = verifyUserAuth({ auth, userData, socketId, findSecret: this.#app.findSecret });
    if (!verification.ok) {
      this.closeWith(4009, authProblemMessage(verification.reason, 'the sign-in'));
      return;
    }
    const userId = parseUserId(userData);
    if (userId === undefined) {
      this.#error(null, 'user_data has to be JSON text of an object with an id: a string that is not empty.');
      return;
    }
    this.#userId = userId;
    this.send(protocolFrame('pusher:signin_success', { user_data: userData }));
  }

  #clientEvent({ event, channel, data }: IncomingFrame): void {
    if (channel === undefined) {
      this.#error(4200, 'A client event names its channel.');
      return;
    }
    if (!this.#takeClientEventTurn()) {
      const limit = clientEventsPerSecondLimit;
      this.#error(4301, `Client event rejected: more than ${limit} a second from this connection.`);
      return;
    }
    const refusal = this.#clientEventRefusal(event, channel, data);
    if (refusal !== undefined) {
      this.#error(null, `Client event rejected: ${refusal}`);
      return;
    }
    const { channels } = this.#app;
    const userId = channels.member(channel, this)?.userId;
    channels.broadcast(channel, clientEventFrame(event, channel, data, userId), this.socketId);
  }

  #clientEventRefusal(event: string, channel: string, data: unknown): string | undefined {
    if (event.length > eventNameLimit) return `its name has more than ${eventNameLimit} characters.`;
    if (!allowsClientEvents(channel)) {
      return 'only private and presence channels take them, and not if they are encrypted.';
    }
    if (!this.#app.channels.isSubscribed(channel, this)) return 'subscribe to its channel first.';
    const sizeBytes = utf8SizeBytes(typeof data === 'string' ? data : (JSON.stringify(data) ?? ''));
    const limitBytes = this.#limits.eventDataLimitBytes;
    return sizeBytes > limitBytes
      ? `its data has ${sizeBytes} bytes; the limit is ${limitBytes}.`
      : undefined;
  }

  #takeClientEventTurn(): boolean {
    const now = this.#now();
    const times = this.#clientEventTimes;
    while (times[0] !== undefined && times[0] <= now - 1000) times.shift();
    if (times.length >= clientEventsPerSecondLimit) return false;
    times.push(now);
    return true;
  }

  #error(code: number | null, message: string): void {
    if (!this.#isClosed) this.#transport.send(errorFrame(code, message));
  }
}

function authProblemMessage(problem: AuthProblem, subject: string): string {
  switch (problem) {
    case 'missing':
      return `Auth value for ${subject} is missing.`;
    case 'malformed':
      return `Auth value for ${subject} is not of the form KEY:SIGNATURE.`;
    case 'unknown-key':
      return `Invalid key in the auth value for ${subject}: this app has no pair with it.`;
    case 'bad-signature':
      return `Invalid signature for ${subject}: it was made with another secret, or of something else than was sent.`;
    default:
      return assertNever(problem);
  }
}
