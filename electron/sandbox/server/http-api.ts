/** The signed HTTP API under `/apps/ID`: a request in, a status and a body out. Errors are plain sentences. */
import { isCache, isPresence } from '#shared/protocol/channels.ts';
import { verifyRequest } from '../../signing/index.ts';
import {
  type ApiEvent,
  type InfoAttribute,
  parseBatch,
  parseEvent,
  parseInfo,
  Refusal,
  requireChannelName,
  userCountRefusal,
} from './api-events.ts';
import type { AppStore, SandboxApp } from './app-store.ts';
import { splitOnce } from './handshake.ts';

export interface ApiRequest {
  readonly method: string;
  /** As it was sent: path and query. */
  readonly url: string;
  readonly body: Uint8Array;
}

export interface ApiAnswer {
  readonly status: number;
  /** JSON text if the status is 200, otherwise a sentence. */
  readonly body: string;
}

export interface ApiSurroundings {
  readonly apps: AppStore;
  readonly nowSeconds: number;
  readonly eventDataLimitBytes: number;
}

export function answerApiRequest(request: ApiRequest, surroundings: ApiSurroundings): ApiAnswer {
  try {
    return { status: 200, body: JSON.stringify(answer(request, surroundings)) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { status: error.status, body: error.message };
  }
}

function answer(request: ApiRequest, { apps, nowSeconds, eventDataLimitBytes }: ApiSurroundings): unknown {
  const [path, query] = splitOnce(request.url, '?');
  const [root, apiName, appId = '', ...rest] = path.split('/');
  if (root !== '' || apiName !== 'apps') throw new Refusal(404, 'There is nothing at this path.');
  const app = apps.findById(appId);
  if (!app) throw new Refusal(404, 'This server has no app with this id.');
  const { method, body } = request;
  const { findSecret } = app;
  const verification = verifyRequest({ method, path, query, body, findSecret, nowSeconds });
  if (!verification.ok) throw new Refusal(401, verification.message);
  if (!app.isEnabled) throw new Refusal(403, 'The app is disabled.');
  return route(app, `${method} ${rest[0] ?? ''}`, rest.map(decodeSegment), {
    query: verification.query,
    body,
    eventDataLimitBytes,
  });
}

interface Call {
  readonly query: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  readonly eventDataLimitBytes: number;
}

function route(app: SandboxApp, target: string, segments: readonly string[], call: Call): unknown {
  const [, second = '', third] = segments;
  switch (`${target} ${segments.length}`) {
    case 'POST events 1':
      return publishEvent(app, parseEvent(parseBody(call.body), call.eventDataLimitBytes));
    case 'POST batch_events 1':
      return publishBatch(app, parseBatch(parseBody(call.body), call.eventDataLimitBytes));
    case 'GET channels 1':
      return listChannels(app, call.query);
    case 'GET channels 2':
      return describeChannel(app, second, call.query);
    case 'GET channels 3':
      if (third === 'users') return listUsers(app, second);
      break;
    case 'POST users 3':
      if (third === 'terminate_connections') {
        app.terminateUser(second);
        return {};
      }
  }
  throw new Refusal(404, 'The API has no such method at this path.');
}

function publishEvent(app: SandboxApp, event: ApiEvent): unknown {
  publish(app, event);
  if (event.info.size === 0) return {};
  return {
    channels: Object.fromEntries(event.channels.map((name) => [name, attributes(app, name, event.info)])),
  };
}

function publishBatch(app: SandboxApp, batch: readonly ApiEvent[]): unknown {
  for (const event of batch) publish(app, event);
  if (batch.every((event) => event.info.size === 0)) return {};
  return {
    batch: batch.map((event) => attributes(app, event.channels[0] ?? '', event.info)),
  };
}

function publish(app: SandboxApp, event: ApiEvent): void {
  for (const name of event.channels) {
    app.channels.publish(name, event.name, event.data, event.exceptSocketId);
  }
}

function listChannels(app: SandboxApp, query: ReadonlyMap<string, string>): unknown {
  const prefix = query.get('filter_by_prefix') ?? '';
  const info = parseInfo(query.get('info'), ['user_count', 'subscription_count']);
  if (info.has('user_count') && !prefix.startsWith('presence-')) throw userCountRefusal();
  const names = app.channels.occupied(prefix);
  return { channels: Object.fromEntries(names.map((name) => [name, attributes(app, name, info)])) };
}

function describeChannel(app: SandboxApp, name: string, query: ReadonlyMap<string, string>): unknown {
  requireChannelName(name);
  const info = parseInfo(query.get('info'), ['user_count', 'subscription_count', 'cache']);
  if (info.has('user_count') && !isPresence(name)) throw userCountRefusal();
  if (info.has('cache') && !isCache(name)) {
    throw new Refusal(400, 'cache can only be asked for cache channels.');
  }
  return { occupied: app.channels.isOccupied(name), ...attributes(app, name, info) };
}

function listUsers(app: SandboxApp, name: string): unknown {
  requireChannelName(name);
  if (!isPresence(name)) throw new Refusal(400, 'Only presence channels have users.');
  return { users: app.channels.userIds(name).map((id) => ({ id })) };
}

function attributes(app: SandboxApp, name: string, info: ReadonlySet<InfoAttribute>): object {
  const { channels } = app;
  const cache = info.has('cache') ? channels.cachedEvent(name) : undefined;
  return {
    ...(info.has('user_count') ? { user_count: channels.userIds(name).length } : {}),
    ...(info.has('subscription_count') ? { subscription_count: channels.subscriptionCount(name) } : {}),
    ...(cache ? { cache } : {}),
  };
}

function parseBody(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Refusal(400, 'The body has to be JSON in UTF-8.');
  }
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal(400, 'The path has an invalid percent-encoding.');
  }
}
