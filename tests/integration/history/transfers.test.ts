/** The log as a file for others, and a colleague's file as a session: whole, redacted, cancelled, hostile. */
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Detail, ExportFormat, Redaction } from '#shared/contract/history.ts';
import { encryptEvent } from '../../../electron/signing/index.ts';
import { eventFrame, HistoryHarness } from '../../support/history.ts';
import { hostileFrames } from '../../support/hostile-frames.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const parent = temporaryFolder();
let files = 0;
const newPath = (ending: string) => join(parent, `file-${files++}.${ending}`);
const newFolder = () => join(parent, `history-${files++}`);
const nothing: Redaction = { signatures: false, users: false, payloads: false, members: [] };

interface Wishes {
  readonly format?: ExportFormat;
  readonly filter?: string;
  readonly redaction?: Redaction;
  readonly withPlaintext?: boolean;
  readonly sessionId?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

async function exported(run: HistoryHarness, wishes: Wishes = {}) {
  const path = newPath('out');
  const temporary = join(parent, `.latchkey-${randomBytes(8).toString('hex')}.part`);
  const { format = 'ndjson', filter = '', redaction = nothing, withPlaintext = false, sessionId } = wishes;
  const result = await run.history.exportEvents(
    { profileId: run.profileId, sessionId },
    {
      format,
      filter,
      redaction,
      withPlaintext,
      version: '1.2.3',
      url: 'wss://example.test:443/app/key?protocol=7',
      signal: wishes.signal ?? new AbortController().signal,
      onProgress: wishes.onProgress ?? (() => {}),
    },
    { path, overwrite: false, temporary },
  );
  return { ...result, path, text: readFileSync(path, 'utf8') };
}

const noImportEvents = { signal: new AbortController().signal, onProgress: () => {} };

async function details(run: HistoryHarness, count: number, sessionId?: string): Promise<Detail[]> {
  return Promise.all(
    Array.from({ length: count }, (_, sequence) =>
      run.history.detail({ profileId: run.profileId, sessionId, sequence }),
    ),
  );
}

describe('an NDJSON export', () => {
  it('is taken in elsewhere as the same events, hostile ones too', async () => {
    const run = new HistoryHarness(newFolder());
    const frames = [
      ...hostileFrames('public', 'presence-p', 'private-encrypted-e'),
      '{"event":"e","channel":"c","data":{"big":12345678901234567890,"exp":1e400}}',
      eventFrame('orders', 'created', 'naïve ☕ \u202e'),
    ];
    run.record(frames);
    const second = run.history.recorder(run.profileId, 2);
    second.frame('out', Buffer.from('{"event":"pusher:ping","data":{}}'), 1_700_000_000_000.125);
    second.note('gap', 'Lost "5 s"\nagain');
    await run.history.flush(run.profileId);
    const count = frames.length + 2;
    const { path, text, events, bytes } = await exported(run);
    expect(events).toBe(count);
    expect(bytes).toBe(statSync(path).size);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(text.trimEnd().split('\n')).toHaveLength(count + 1);
    for (const line of text.trimEnd().split('\n')) JSON.parse(line);

    const other = new HistoryHarness(newFolder());
    const told: number[] = [];
    const imported = await other.history.importEvents(other.profileId, path, {
      ...noImportEvents,
      onProgress: (done, total) => told.push(done / total),
    });
    expect(imported).toMatchObject({ events: count, leftOut: 0 });
    expect(await details(other, count, imported.sessionId)).toEqual(await details(run, count));
    expect((await other.history.sessions(other.profileId)).sessions).toMatchObject([
      {
        sessionId: imported.sessionId,
        isImported: true,
        isCurrent: false,
        events: count,
        name: expect.stringMatching(/^file-/),
      },
    ]);
    for (const ratio of told) expect(ratio).toBeLessThanOrEqual(1);
    // A segment of the log itself is one as well.
    const [segment = ''] = readdirSync(join(run.folder, run.profileId), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.ndjson'));
    const again = await other.history.importEvents(
      other.profileId,
      join(run.folder, run.profileId, segment),
      noImportEvents,
    );
    expect(again).toMatchObject({ events: count, leftOut: 0 });
  });

  it('has what the filter finds, of an earlier session too', async () => {
    const folder = newFolder();
    const before = new HistoryHarness(folder);
    before.record(Array.from({ length: 40 }, (_, id) => eventFrame('orders', 'created', { id })));
    await before.history.flush(before.profileId);
    const [session] = (await before.history.sessions(before.profileId)).sessions;
    await before.history.close();
    const run = new HistoryHarness(folder, {}, before.profileId);
    const { text, events } = await exported(run, { filter: '"id":3', sessionId: session?.sessionId ?? '' });
    expect(events).toBe(11);
    expect(
      text
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => JSON.parse(line).frame.data),
    ).toEqual([3, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39].map((id) => `{"id":${id}}`));
  });

  it('leaves out what it is told to, and nothing else', async () => {
    const run = new HistoryHarness(newFolder());
    const signature = `key:${'a'.repeat(64)}`;
    const member = '{"user_id":"ana","user_info":{"email":"ana@example.test"}}';
    run.record(
      [
        `{"event":"pusher:subscribe","data":{"auth":"${signature}","channel_data":${JSON.stringify(member)},"channel":"presence-room"}}`,
      ],
      'out',
    );
    run.record([
      eventFrame(
        'orders',
        'paid',
        '{"total":12345678901234567890, "Card":{"number":"4111"},"__proto__":{"card":"4112"}}',
      ),
      '{"event":"odd","channel":"c","data":{"n":1.50}',
      Buffer.from([0xff, 0xfe, 0x34, 0x31, 0x31, 0x31]),
    ]);
    await run.history.flush(run.profileId);
    const { text } = await exported(run, {
      redaction: { ...nothing, signatures: true, users: true, members: ['card'] },
    });
    const hidden = [signature, 'ana', '4111', '4112', Buffer.from('4111').toString('base64')];
    for (const each of hidden) expect(text).not.toContain(each);
    const [, subscribe, paid, odd] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(subscribe.frame).toEqual({
      event: 'pusher:subscribe',
      data: { auth: '‹redacted›', channel_data: '‹redacted›', channel: 'presence-room' },
    });
    expect(paid.frame.data).toBe(
      '{"total":12345678901234567890,"Card":"‹redacted›","__proto__":{"card":"‹redacted›"}}',
    );
    expect(odd.frame).toMatch(/^‹redacted› \d+ bytes$/);

    const { text: payloads } = await exported(run, { redaction: { ...nothing, payloads: true } });
    expect(payloads).not.toContain('4111');
    expect(payloads).not.toContain('12345678901234567890');
    expect(payloads).toContain(signature);
    expect((await exported(run)).text).toContain(signature);
  });

  it('lets nothing out of what can’t be taken apart, nor beside the frames', async () => {
    const run = new HistoryHarness(newFolder());
    const twice = JSON.stringify(
      JSON.stringify({ email: 'ana@example.test', n: 12345678901234567890n.toString() }),
    );
    run.record([
      eventFrame('orders', 'twice', twice),
      eventFrame('orders', 'torn', '{"email":"ana@example.test","items":['),
      eventFrame('orders', 'two', '{"email":"ana@example.test"}{"more":1}'),
      eventFrame('#server-to-user-ana@example.test', 'own', { ok: true }),
      eventFrame('orders', 'words', 'no JSON at all'),
    ]);
    run.record(
      ['{"event":"pusher:subscribe","data":{"auth":"","channel":"#server-to-user-ana@example.test"}}'],
      'out',
    );
    await run.history.flush(run.profileId);
    const redaction = { ...nothing, users: true, members: ['email'] };
    for (const format of ['ndjson', 'csv', 'har'] as const) {
      const { text } = await exported(run, { format, redaction });
      expect(text).not.toContain('ana@example.test');
      expect(text).toContain('no JSON at all');
    }
    const { text } = await exported(run, { filter: '"ana@example.test"', redaction });
    expect(text).not.toContain('ana@example.test');
    expect(text.split('\n').length).toBeGreaterThan(3);
    const { text: named } = await exported(run, {
      format: 'csv',
      redaction: { ...nothing, members: ['Channel'] },
    });
    expect(named).not.toContain('orders');
  });

  it('fails when the log is cleared while it is written, and leaves nothing', async () => {
    const run = new HistoryHarness(newFolder());
    const { profileId } = run;
    run.record(
      Array.from({ length: 30_000 }, (_, id) =>
        eventFrame('orders', 'created', { id, pad: 'x'.repeat(300) }),
      ),
    );
    await run.history.flush(profileId);
    const before = readdirSync(parent);
    let cleared: Promise<unknown> | undefined;
    const onProgress = () => {
      cleared ??= run.history.clear(profileId);
    };
    await expect(exported(run, { onProgress })).rejects.toMatchObject({ code: 'conflict', retryable: true });
    await cleared;
    expect(readdirSync(parent)).toEqual(before);
  });

  it('is whole, or fails, when the query thread is started anew meanwhile', async () => {
    const run = new HistoryHarness(newFolder());
    run.record(
      Array.from({ length: 30_000 }, (_, id) =>
        eventFrame('orders', 'created', { id, pad: 'x'.repeat(300) }),
      ),
    );
    await run.history.flush(run.profileId);
    let restarted: Promise<unknown> | undefined;
    const onProgress = () => {
      restarted ??= run.history.restart();
    };
    const outcome = await exported(run, { filter: 'created', onProgress }).then(
      ({ text }) => text.trimEnd().split('\n').length - 1,
      (error: { code: string }) => error.code,
    );
    expect([30_000, 'conflict']).toContain(outcome);
    await restarted;
  });

  it('has plaintext only when that was asked for, and then redacted like the rest', async () => {
    const masterKey = randomBytes(32);
    const plaintext = '{"card":"4111","id":7}';
    const sealed = encryptEvent({ masterKey, channel: 'private-encrypted-orders', plaintext });
    const run = new HistoryHarness(newFolder(), {
      decryptBatch: async (_, items) => items.map(() => ({ state: 'decrypted', slot: 'next', plaintext })),
    });
    run.record([eventFrame('private-encrypted-orders', 'paid', sealed)]);
    await run.history.flush(run.profileId);
    expect((await exported(run)).text).not.toContain('4111');
    expect((await exported(run, { format: 'csv' })).text).not.toContain('4111');
    expect((await exported(run, { format: 'csv' })).text).toContain(',next,');
    const open = await exported(run, { withPlaintext: true });
    expect(JSON.parse(open.text.split('\n')[1] ?? '').plaintext).toBe(plaintext);
    expect((await exported(run, { withPlaintext: true, format: 'csv' })).text).toContain('""id"":7');
    const redaction = { ...nothing, members: ['card'] };
    const redacted = await exported(run, { withPlaintext: true, redaction });
    expect(redacted.text).not.toContain('4111');
    expect(redacted.text).toContain('\\"id\\":7');
  });

  it('can be cancelled, and leaves nothing then', async () => {
    const run = new HistoryHarness(newFolder());
    run.record(
      Array.from({ length: 30_000 }, (_, id) =>
        eventFrame('orders', 'created', { id, pad: 'x'.repeat(300) }),
      ),
    );
    await run.history.flush(run.profileId);
    const cancel = new AbortController();
    const before = readdirSync(parent);
    const failed = exported(run, { signal: cancel.signal, onProgress: () => cancel.abort() });
    await expect(failed).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(parent)).toEqual(before);
    const told: [number, number][] = [];
    const { events } = await exported(run, { onProgress: (done, total) => told.push([done, total]) });
    expect(events).toBe(30_000);
    expect(told.some(([done, total]) => done > 0 && done < total)).toBe(true);
  });
});

describe('other forms', () => {
  it('CSV has a line for each event, and nothing that a spreadsheet would run', async () => {
    const run = new HistoryHarness(newFolder());
    run.record([eventFrame('orders', '=cmd()', 'plain, "quoted"\nand more'), '@not JSON']);
    await run.history.flush(run.profileId);
    const { text } = await exported(run, { format: 'csv' });
    const [heading, first = '', second = ''] = text.split('\r\n');
    expect(heading).toBe('time,ms,direction,connection,kind,channel,event,bytes,key,data');
    expect(first).toMatch(/,in,1,event,orders,"'=cmd\(\)",\d+,,"plain, ""quoted""\nand more"$/);
    expect(second).toContain(`"'@not JSON"`);
  });

  it('HAR is one valid document, with an entry for each connection', async () => {
    const run = new HistoryHarness(newFolder());
    run.record([eventFrame('orders', 'created', { id: 1 }), Buffer.from([0xff, 0x00])]);
    const second = run.history.recorder(run.profileId, 2);
    second.note('connected', 'Connected.');
    second.frame('out', Buffer.from('{"event":"pusher:ping","data":{}}'), 1_700_000_000_000);
    await run.history.flush(run.profileId);
    const har = JSON.parse((await exported(run, { format: 'har' })).text);
    expect(har.log).toMatchObject({ version: '1.2', creator: { name: 'Latchkey', version: '1.2.3' } });
    const messages = har.log.entries.map(
      (entry: { _webSocketMessages: object[] }) => entry._webSocketMessages,
    );
    expect(messages).toMatchObject([
      [
        { type: 'receive', opcode: 1, data: eventFrame('orders', 'created', { id: 1 }) },
        { type: 'receive', opcode: 2, data: '/wA=' },
      ],
      [{ type: 'send', opcode: 1, time: 1_700_000_000, data: '{"event":"pusher:ping","data":{}}' }],
    ]);
  });
});

describe('an import', () => {
  it('takes what is an event, and says how much was not', async () => {
    const run = new HistoryHarness(newFolder());
    const path = newPath('ndjson');
    const good = '{"t":1700000000000.125,"dir":"in","frame":{"event":"e","channel":"c","data":1.0}}';
    const lines = [
      '\ufeff{"latchkey":"log","version":1}',
      `${good}\r`,
      '',
      'not JSON',
      '[]',
      '{"t":"1","dir":"in","frame":{}}',
      '{"t":1,"dir":"sideways","frame":{}}',
      '{"t":1,"dir":"in","conn":64,"frame":{}}',
      '{"t":1,"dir":"in","base64":"%%%"}',
      '{"t":1e400,"dir":"in","frame":{}}',
      '{"t":1,"dir":"note","note":"gap"}',
      '{"dir":"in","frame":{},"t":2,"extra":{"frame":3}}',
    ];
    writeFileSync(path, lines.join('\n'));
    appendFileSync(path, '\n{"t":3,"dir":"in","frame":{"torn":');
    const imported = await run.history.importEvents(run.profileId, path, noImportEvents);
    expect(imported).toMatchObject({ events: 2, leftOut: 9 });
    const [first, second] = await details(run, 2, imported.sessionId);
    expect(first).toMatchObject({ data: '1.0', row: { at: 1_700_000_000_000.125, channel: 'c' } });
    expect(second).toMatchObject({ raw: '{}' });
  });

  it.each([
    ['nothing', ''],
    ['a binary file', randomBytes(3_000_000)],
    ['a log of something else', '{"level":"info"}\n'.repeat(5000)],
  ])('refuses %s, and leaves nothing of it', async (_, content) => {
    const run = new HistoryHarness(newFolder());
    const path = newPath('bin');
    writeFileSync(path, content);
    await expect(run.history.importEvents(run.profileId, path, noImportEvents)).rejects.toMatchObject({
      code: 'refused',
    });
    await expect(run.history.importEvents(run.profileId, parent, noImportEvents)).rejects.toMatchObject({
      code: 'refused',
    });
    await expect(
      run.history.importEvents(run.profileId, `${path}.none`, noImportEvents),
    ).rejects.toMatchObject({ code: 'not_found' });
    expect(
      existsSync(join(run.folder, run.profileId)) ? readdirSync(join(run.folder, run.profileId)) : [],
    ).toEqual([]);
  });

  it('can be cancelled, and leaves nothing then', async () => {
    const run = new HistoryHarness(newFolder());
    const path = newPath('ndjson');
    writeFileSync(
      path,
      `${'{"t":1,"dir":"in","frame":{"event":"e","channel":"c","data":"x"}}'}\n`.repeat(200_000),
    );
    const cancel = new AbortController();
    const failed = run.history.importEvents(run.profileId, path, {
      signal: cancel.signal,
      onProgress: () => cancel.abort(),
    });
    await expect(failed).rejects.toMatchObject({ code: 'cancelled' });
    expect((await run.history.sessions(run.profileId)).sessions).toEqual([]);
    expect(readdirSync(join(run.folder, run.profileId))).toEqual([]);
  });

  it('is not finished by a thread that never heard of its end', async () => {
    const run = new HistoryHarness(newFolder());
    const path = newPath('ndjson');
    writeFileSync(path, '{"t":1,"dir":"in","frame":{"event":"e","channel":"c","data":"x"}}\n');
    // Nobody is told of an end that came before the beginning.
    const failed = run.history.importEvents(run.profileId, path, {
      signal: AbortSignal.abort(),
      onProgress: () => {},
    });
    await expect(failed).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(join(run.folder, run.profileId))).toEqual([]);
  });

  it('stays cancelled when the thread that was told so is replaced', async () => {
    const run = new HistoryHarness(newFolder());
    const path = newPath('ndjson');
    writeFileSync(
      path,
      `${'{"t":1,"dir":"in","frame":{"event":"e","channel":"c","data":"x"}}'}\n`.repeat(50_000),
    );
    const cancel = new AbortController();
    let restarted: Promise<void> | undefined;
    const failed = run.history.importEvents(run.profileId, path, {
      signal: cancel.signal,
      onProgress: () => {
        if (restarted) return;
        cancel.abort();
        // Another thread is asked to import from the beginning, and never hears of the end.
        restarted = run.history.restart();
      },
    });
    await expect(failed).rejects.toMatchObject({ code: 'cancelled' });
    expect(restarted).toBeDefined();
    await restarted;
    expect((await run.history.sessions(run.profileId)).sessions).toEqual([]);
    expect(readdirSync(join(run.folder, run.profileId))).toEqual([]);
  });
});
