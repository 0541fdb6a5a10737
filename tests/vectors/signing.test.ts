/** The published vectors, recomputed with the official server library where the docs print a wrong one. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  deriveChannelKey,
  encodeBase64,
  parseMasterKey,
  signChannel,
  signRequest,
  signUser,
  verifyChannelAuth,
  verifyRequest,
  verifyUserAuth,
} from '../../electron/signing/index.ts';

const channelVector = z.object({ socket_id: z.string(), channel: z.string(), auth: z.string() });
const vectors = z
  .object({
    app: z.object({ id: z.string(), key: z.string(), secret: z.string() }),
    private: channelVector,
    presence: z.array(channelVector.extend({ channel_data: z.string() })).min(2),
    user: z.object({ socket_id: z.string(), user_data: z.string(), auth: z.string() }),
    http: z.object({
      method: z.string(),
      path: z.string(),
      body: z.string(),
      body_md5: z.string(),
      auth_timestamp: z.string(),
      string_to_sign: z.string(),
      auth_signature: z.string(),
    }),
    encrypted: channelVector.extend({ master_key_base64: z.string(), shared_secret: z.string() }),
  })
  .parse(JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8')));

const { key, secret } = vectors.app;
const findSecret = (asked: string) => (asked === key ? secret : undefined);

describe('published vectors', () => {
  it.each([vectors.private, vectors.encrypted])(
    'signs $channel',
    ({ socket_id: socketId, channel, auth }) => {
      expect(signChannel({ key, secret, socketId, channel })).toBe(auth);
      expect(verifyChannelAuth({ auth, findSecret, socketId, channel })).toEqual({ ok: true, key });
    },
  );

  it.each(vectors.presence)('signs $channel for $channel_data', (vector) => {
    const { socket_id: socketId, channel, channel_data: channelData, auth } = vector;
    expect(signChannel({ key, secret, socketId, channel, channelData })).toBe(auth);
    expect(verifyChannelAuth({ auth, findSecret, socketId, channel, channelData })).toEqual({
      ok: true,
      key,
    });
  });

  it('tells the two presence vectors apart, which the docs print with one signature', () => {
    const [channels, pusher] = vectors.presence;
    expect(channels?.auth).not.toBe(pusher?.auth);
  });

  it('signs a user', () => {
    const { socket_id: socketId, user_data: userData, auth } = vectors.user;
    expect(signUser({ key, secret, socketId, userData })).toBe(auth);
    expect(verifyUserAuth({ auth, findSecret, socketId, userData })).toEqual({ ok: true, key });
  });

  it('signs an HTTP request', () => {
    const { method, path, body, auth_timestamp: timestamp } = vectors.http;
    const timestampSeconds = Number(timestamp);
    const signed = signRequest({ key, secret, method, path, body, timestampSeconds });
    expect(signed.stringToSign).toBe(vectors.http.string_to_sign);
    expect(signed.signature).toBe(vectors.http.auth_signature);
    expect(createHash('md5').update(body).digest('hex')).toBe(vectors.http.body_md5);
    const request = { method, path, query: signed.query, body, findSecret, nowSeconds: timestampSeconds };
    expect(verifyRequest(request)).toMatchObject({ ok: true, key });
  });

  it('derives the key of an encrypted channel', () => {
    const masterKey = parseMasterKey(vectors.encrypted.master_key_base64);
    const channelKey = deriveChannelKey(masterKey, vectors.encrypted.channel);
    expect(encodeBase64(channelKey)).toBe(vectors.encrypted.shared_secret);
  });
});
