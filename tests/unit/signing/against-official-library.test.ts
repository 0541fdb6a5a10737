/** Random cases against the official server library, which is right by definition. */
import { createHmac, randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Pusher from 'pusher';
import nacl from 'tweetnacl';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, vi } from 'vitest';
import {
  decodeBase64,
  decryptEvent,
  deriveChannelKey,
  encodeBase64,
  encryptEvent,
  readEncryptedData,
  signChannel,
  signRequest,
  signUser,
  signWebhook,
  verifyChannelAuth,
  verifyRequest,
  verifyUserAuth,
  verifyWebhook,
} from '../../../electron/signing/index.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';
import { inRounds } from '../../support/soak.ts';

const counts = { inTest: 1000, inSoak: 50_000 };
const nameAlphabet = 'abcXYZ019_-=@,.;';
const appId = '3';
const key = randomBytes(10).toString('hex');
const secret = randomBytes(10).toString('hex');
const masterKey = new Uint8Array(randomBytes(32));
const findSecret = (asked: string) => (asked === key ? secret : undefined);

const official = new Pusher({
  appId,
  key,
  secret,
  host: '127.0.0.1',
  encryptionMasterKeyBase64: encodeBase64(masterKey),
});

const socketIdOf = (random: SeededRandom) => `${random.integer(0, 1e6)}.${random.integer(0, 2 ** 31)}`;
const channelOf = (random: SeededRandom, prefix: string) => prefix + random.text(nameAlphabet, 1, 60);

/** The library encrypts only what it then sends: this server takes anything, and hands it over. */
const bodies: string[] = [];
const server = http.createServer(async (request, response) => {
  bodies.push(await text(request));
  response.end('{}');
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

async function published(batch: Pusher.BatchEvent[]): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const options = { appId, key, secret, host: '127.0.0.1', port: String(port) };
  const library = new Pusher({ ...options, encryptionMasterKeyBase64: encodeBase64(masterKey) });
  await library.triggerBatch(batch);
  const body = bodies.pop();
  if (body === undefined) throw new Error('The library sent nothing.');
  return body;
}

describe('against the official server library', () => {
  inRounds('signs and verifies private and encrypted channels alike', counts, (random) => {
    const socketId = socketIdOf(random);
    const channel = channelOf(random, random.pick(['private-', 'private-encrypted-', 'private-cache-']));
    const { auth } = official.authorizeChannel(socketId, channel);
    expect(signChannel({ key, secret, socketId, channel })).toBe(auth);
    expect(verifyChannelAuth({ auth, findSecret, socketId, channel })).toEqual({ ok: true, key });
  });

  inRounds('signs and verifies presence channels alike', counts, (random) => {
    const socketId = socketIdOf(random);
    const channel = channelOf(random, random.pick(['presence-', 'presence-cache-']));
    const member = { user_id: random.text('abcé1', 1, 20), user_info: { any: random.json() } };
    const { auth, channel_data: channelData } = official.authorizeChannel(socketId, channel, member);
    expect(signChannel({ key, secret, socketId, channel, channelData })).toBe(auth);
    expect(verifyChannelAuth({ auth, findSecret, socketId, channel, channelData }).ok).toBe(true);
    const forged = `${channelData} `;
    expect(verifyChannelAuth({ auth, findSecret, socketId, channel, channelData: forged })).toEqual({
      ok: false,
      reason: 'bad-signature',
    });
  });

  inRounds('signs and verifies users alike', counts, (random) => {
    const socketId = socketIdOf(random);
    const user = { id: random.text('abcé1:', 1, 20), user_info: { any: random.json() } };
    const { auth, user_data: userData } = official.authenticateUser(socketId, user);
    expect(signUser({ key, secret, socketId, userData })).toBe(auth);
    expect(verifyUserAuth({ auth, findSecret, socketId, userData })).toEqual({ ok: true, key });
  });

  inRounds('signs webhooks as the library checks them, and checks them alike', counts, (random) => {
    const body = JSON.stringify({ time_ms: random.integer(0, 2 ** 31), events: [random.json()] });
    const signature = signWebhook({ secret, body });
    const headers = {
      'x-pusher-key': key,
      'x-pusher-signature': signature,
      'content-type': 'application/json',
    };
    expect(official.webhook({ headers, rawBody: body }).isValid()).toBe(true);

    const received = random.pick([body, `${body} `, 'not json']);
    const headerKey = random.pick([key, key, `${key}0`]);
    const headerSignature = random.pick([
      createHmac('sha256', secret).update(received).digest('hex'),
      signature,
      random.text('0123456789abcdef', 64, 64),
    ]);
    const isValid = official
      .webhook({
        headers: { ...headers, 'x-pusher-key': headerKey, 'x-pusher-signature': headerSignature },
        rawBody: received,
      })
      .isValid();
    expect(verifyWebhook({ key, secret, body: received, headerKey, headerSignature }).ok).toBe(isValid);
  });

  const perBatch = 10;
  const batchCounts = { inTest: counts.inTest / perBatch, inSoak: counts.inSoak / perBatch };
  inRounds('opens what the library encrypted, ten at a time', batchCounts, async (random) => {
    const plaintexts = new Map<string, string>();
    const batch = Array.from({ length: perBatch }, (_, index): Pusher.BatchEvent => {
      const prefix = random.pick(['private-encrypted-', 'private-encrypted-cache-']);
      const channel = `${channelOf(random, prefix)}${index}`;
      const data = random.json();
      plaintexts.set(channel, JSON.stringify(data));
      return { channel, name: 'event', data };
    });
    const body = await published(batch);
    const { batch: sent }: { batch: { channel: string; data: string }[] } = JSON.parse(body);
    expect(sent).toHaveLength(perBatch);
    for (const { channel, data } of sent) {
      const plaintext = plaintexts.get(channel);
      const opened = decryptEvent({ channel, data, keys: [{ slot: 'current', masterKey }] });
      expect(opened).toEqual({ state: 'decrypted', slot: 'current', plaintext });
    }
  });

  inRounds("encrypts what the library's shared secret opens", counts, (random) => {
    const channel = channelOf(random, 'private-encrypted-');
    const plaintext = JSON.stringify(random.json());
    const { nonce, ciphertext } = encryptEvent({ masterKey, channel, plaintext });
    const { shared_secret: sharedSecret = '' } = official.authorizeChannel(socketIdOf(random), channel);
    expect(encodeBase64(deriveChannelKey(masterKey, channel))).toBe(sharedSecret);
    const [box, nonceBytes, channelKey] = [ciphertext, nonce, sharedSecret].map(decodeBase64);
    if (!box || !nonceBytes || !channelKey) throw new Error('Not base64.');
    const opened = nacl.secretbox.open(box, nonceBytes, channelKey);
    expect(opened && Buffer.from(opened).toString()).toBe(plaintext);
    expect(readEncryptedData(JSON.stringify({ nonce, ciphertext }))).toEqual({ nonce, ciphertext });
  });
});

describe('HTTP requests against the official server library', () => {
  const nowMs = 1_750_000_000_000;
  beforeEach(() => vi.useFakeTimers({ now: nowMs, toFake: ['Date'] }));
  afterEach(() => vi.useRealTimers());

  inRounds('signs and verifies them alike', counts, (random) => {
    const method = random.pick(['GET', 'POST']);
    const path = `/apps/${appId}/${random.pick(['events', 'channels', 'channels/presence-x/users'])}`;
    const body = method === 'POST' ? JSON.stringify({ data: random.json() }) : '';
    const names = ['info', 'filter_by_prefix', 'zeta', 'b_2'].filter(() => random.fraction() < 0.5);
    const query = Object.fromEntries(
      names.map((name) => [name, random.text(`${nameAlphabet} &+%/é`, 0, 20)]),
    );
    const theirs = official.createSignedQueryString({ method, path, params: query, body });
    const timestampSeconds = nowMs / 1000;
    const ours = signRequest({ key, secret, method, path, query, body, timestampSeconds });

    expect(theirs).toBe(
      `${ours.stringToSign.split('\n').slice(2).join('\n')}&auth_signature=${ours.signature}`,
    );
    const parsed = Object.fromEntries(new URLSearchParams(ours.query));
    expect(parsed).toMatchObject({ ...query, auth_signature: ours.signature });
    const request = { method, path, query: ours.query, body, findSecret, nowSeconds: timestampSeconds };
    const verified = verifyRequest(request);
    expect(verified.ok && Object.fromEntries(verified.query)).toEqual(query);
    expect(verifyRequest({ ...request, body: `${body}x` }).ok).toBe(false);
  });
});
