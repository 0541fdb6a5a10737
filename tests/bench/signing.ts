/** Signing and encryption next to the official server library, on the same input and with the same outcome. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import Pusher from 'pusher';
import { encryptEvent, signChannel } from '../../electron/signing/index.ts';
import { type Benchmark, compare } from './measure.ts';

const runs = 9;
const runMs = 250;

const app = {
  appId: '1',
  key: randomBytes(10).toString('hex'),
  secret: randomBytes(10).toString('hex'),
  encryptionMasterKeyBase64: randomBytes(32).toString('base64'),
};
const masterKey = new Uint8Array(Buffer.from(app.encryptionMasterKeyBase64, 'base64'));
const socketId = '1234.5678';
const privateChannel = 'private-orders';
const encryptedChannel = 'private-encrypted-orders';
const eventData = { id: 42, customer: 'customer-7', note: 'x'.repeat(250) };

const official = new Pusher({ ...app, host: '127.0.0.1' });
/** The library encrypts inside of `trigger` only: the request that it would send is taken, and not sent. */
let wouldSend = '';
Object.assign(official, {
  post: ({ body }: { body: { data: string } }) => {
    wouldSend = body.data;
  },
});

const ourSignature = () =>
  signChannel({ key: app.key, secret: app.secret, socketId, channel: privateChannel });
const theirSignature = () => official.authorizeChannel(socketId, privateChannel).auth;

const ourEncryption = (nonce?: Uint8Array) =>
  JSON.stringify(
    encryptEvent({ masterKey, channel: encryptedChannel, plaintext: JSON.stringify(eventData), nonce }),
  );
const theirEncryption = () => {
  void official.trigger(encryptedChannel, 'order-created', eventData);
  return wouldSend;
};

function assertSameEncryption(): void {
  const theirs = theirEncryption();
  const { nonce } = JSON.parse(theirs) as { nonce: string };
  assert.equal(ourEncryption(new Uint8Array(Buffer.from(nonce, 'base64'))), theirs);
}

/** Operations a second. */
function speedOf(operation: () => unknown): number {
  const startedAt = performance.now();
  let done = 0;
  let elapsed = 0;
  while (elapsed < runMs) {
    for (let index = 0; index < 100; index++) operation();
    done += 100;
    elapsed = performance.now() - startedAt;
  }
  return (done / elapsed) * 1000;
}

const inCommon = { unit: 'operations/s', goal: null, lowerIsBetter: false, runs } as const;

export const signChannelBenchmark: Benchmark = {
  name: 'sign-channel',
  run: () => {
    assert.equal(ourSignature(), theirSignature());
    return compare({
      ...inCommon,
      name: 'sign-channel',
      ours: () => speedOf(ourSignature),
      peer: () => speedOf(theirSignature),
    });
  },
};

export const encryptEventBenchmark: Benchmark = {
  name: 'encrypt-event',
  run: () => {
    assertSameEncryption();
    return compare({
      ...inCommon,
      name: 'encrypt-event',
      ours: () => speedOf(() => ourEncryption()),
      peer: () => speedOf(theirEncryption),
    });
  },
};
