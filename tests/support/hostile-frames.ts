/** Frames that a broken or hostile server could send. pusher-js throws uncaught on many of them. */
const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const message = (event: unknown, data?: unknown, channel?: unknown) =>
  JSON.stringify({ event, data, channel });
const succeeded = 'pusher_internal:subscription_succeeded';
const added = 'pusher_internal:member_added';
const removed = 'pusher_internal:member_removed';
const counted = 'pusher_internal:subscription_count';
/** Has a length that throws when it is compared. */
const unmeasurable = { length: { valueOf: null, toString: null } };

/** @param channel A public channel, `presence` a presence channel and `encrypted` an encrypted one; all subscribed. */
export function hostileFrames(channel: string, presence: string, encrypted: string): (string | Uint8Array)[] {
  const objectNames = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
  return [
    // Not a message.
    ...[
      '',
      ' ',
      '42',
      '-0',
      'null',
      'true',
      '"pusher"',
      '[]',
      '{}',
      '[{"event":"pusher:ping"}]',
      'pusher',
      '\uFEFF{}',
    ],
    ...['{"event":', '{"event":"pusher:ping"', "{'event':'pusher:ping'}", '\u0000', 'pusher:\u0000'],
    Buffer.from([0xff, 0xfe, 0x70, 0x75, 0x73, 0x68, 0x65, 0x72]),
    Buffer.from([0x22, 0xc3, 0x28, 0x22]),
    // No usable event name.
    ...[42, null, true, {}, [], ['pusher:ping'], { pusher: 1 }].map((event) => message(event)),
    '{"data":"pusher"}',
    message('pusher:'),
    message('pusher_internal:'),
    message('pusher:unheard_of', {}, channel),
    message('__proto__', {}, channel),
    `{"event":"\\u0070usher:error","data":null}`,
    `{"event":"pusher:ping","event":42}`,
    // Channels that are names of every object, or no name at all.
    ...objectNames.flatMap((name) => [message(succeeded, {}, name), message('event', {}, name)]),
    ...[42, null, {}, [], '', 'x'.repeat(100_000)].map((name) => message(succeeded, {}, name)),
    ...[succeeded, added, removed, counted].map((event) => message(event, {}, unmeasurable)),
    message(succeeded, {}),
    message(succeeded, {}, 'never-asked-for'),
    message(succeeded, {}, 'presence-never-asked-for'),
    // Presence data of the wrong form.
    ...[null, 42, 'x', [], {}, { presence: null }, { presence: 42 }, { presence: {} }].map((data) =>
      message(succeeded, data, presence),
    ),
    message(succeeded, { presence: { count: 1, ids: ['a'], hash: null } }, presence),
    message(succeeded, { presence: { count: 1, ids: 42, hash: {} } }, presence),
    message(succeeded, { presence: { count: 1, ids: [null], hash: {} } }, presence),
    message(succeeded, { presence: { count: 1, ids: [{}], hash: [] } }, presence),
    message(succeeded, `{"presence":${deep(1000)}}`, presence),
    message(succeeded, { presence: { ids: [unmeasurable], hash: {} } }, presence),
    ...[null, 42, {}, { user_id: null }, { user_id: {} }, { user_id: [] }, { user_id: unmeasurable }].flatMap(
      (data) => [message(added, data, presence), message(removed, data, presence)],
    ),
    message(added, { user_id: 'x'.repeat(100_000) }, presence),
    message(added, { user_id: 'a', user_info: 'x' }, channel),
    ...[null, {}, { subscription_count: 'x' }, { subscription_count: -1 }, { subscription_count: 1e300 }].map(
      (data) => message(counted, data, channel),
    ),
    `{"event":"${counted}","channel":"${channel}","data":{"subscription_count":1e999}}`,
    // The connection's own messages.
    ...[null, 42, 'x', [], {}, { code: 'x' }, { code: {}, message: {} }, { code: 4100.5 }].map((data) =>
      message('pusher:error', data),
    ),
    ...[
      null,
      {},
      { socket_id: 42 },
      { socket_id: unmeasurable },
      { socket_id: '1.1' },
      { socket_id: '1.1', activity_timeout: -1 },
    ].map((data) => message('pusher:connection_established', data)),
    message('pusher:ping', null),
    message('pusher:pong', deep(10)),
    message('pusher:signin_success', null),
    message('pusher:signin_success', { user_data: '{"id":"x"}' }),
    message('pusher:signin_success', { user_data: JSON.stringify({ id: unmeasurable }) }),
    message('pusher:signin_success', { user_data: unmeasurable }),
    message('pusher_internal:watchlist_events', {
      events: [{ name: unmeasurable, user_ids: [unmeasurable] }],
    }),
    ...[null, {}, { events: 42 }, { events: [null] }].map((data) =>
      message('pusher_internal:watchlist_events', data),
    ),
    message('pusher:cache_miss', null, channel),
    message('pusher:subscription_error', null, 'never-asked-for'),
    // Deep, wide and long.
    deep(100_000),
    `{"event":"pusher:error","data":${deep(100_000)}}`,
    `{"event":"${succeeded}","channel":"${presence}","data":${deep(50_000)}}`,
    JSON.stringify({ event: 'pusher:error', data: deep(100_000) }),
    message(
      'pusher:error',
      Array.from({ length: 100_000 }, () => []),
    ),
    `{"event":"pusher:x","data":"${'y'.repeat(5_000_000)}"}`,
    `{${'"a":{'.repeat(5000)}"pusher":1${'}'.repeat(5001)}`,
    // Encrypted events with bad base64, and none at all.
    ...[null, 42, 'x', {}, { nonce: '%%%', ciphertext: '%%%' }, { nonce: 'AAAA', ciphertext: 'AAAA' }].map(
      (data) => message('secret', data, encrypted),
    ),
    `{"__proto__":{"event":"pusher:error"},"event":"pusher:error","data":{"__proto__":null}}`,
  ];
}
