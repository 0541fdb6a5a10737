/** What was read, as long as it is kept; and a file that the system does not give. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ImportDesk, importLifeMs } from '../../../electron/vault/import-desk.ts';
import { readLimitMs } from '../../../electron/vault/read-file.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const fingerprint = () => '0'.repeat(16);
const text = 'PUSHER_KEY=k\nPUSHER_SECRET=the-secret\n';
const gone = /no longer has what was read/;

const place = (index = 0, fieldId = 'secret', version: number | null = null) => ({ index, fieldId, version });

/** Timers that the test runs. */
function clock() {
  const timers = new Map<() => void, number>();
  const later = (delayMs: number, call: () => void) => {
    timers.set(call, delayMs);
    return () => void timers.delete(call);
  };
  const pass = (ms: number) => {
    for (const [call, delayMs] of [...timers]) if (delayMs <= ms) call();
  };
  return { later, pass, timers };
}

describe('an import', () => {
  it('is kept for five minutes', async () => {
    const { later, pass } = clock();
    const desk = new ImportDesk(later);
    const { importId, told } = await desk.open({ text }, fingerprint);
    expect(told.apps).toHaveLength(1);
    pass(importLifeMs - 1);
    expect(desk.secret(importId, place())).toBe('the-secret');
    pass(importLifeMs);
    expect(() => desk.secret(importId, place())).toThrow(gone);
    expect(importLifeMs).toBe(300_000);
  });

  it('gives secrets of its own only', async () => {
    const { importId } = await new ImportDesk().open({ text }, fingerprint);
    const desk = new ImportDesk();
    const own = await desk.open({ text }, fingerprint);
    const asked = [
      [importId, place()],
      [own.importId, place(1)],
      [own.importId, place(-1)],
      [own.importId, place(0, 'key')],
      [own.importId, place(0, 'masterKey')],
      [own.importId, place(0, '__proto__')],
      [own.importId, place(0, 'constructor')],
      [own.importId, place(0, 'secret', 0)],
    ] as const;
    for (const each of asked) expect(() => desk.secret(...each)).toThrow(gone);
    desk.drop(importId);
    expect(desk.secret(own.importId, place())).toBe('the-secret');
    desk.drop(own.importId);
    expect(() => desk.secret(own.importId, place())).toThrow(gone);
  });

  it('leaves no timer behind when another one takes its place', async () => {
    const { later, pass, timers } = clock();
    const desk = new ImportDesk(later);
    await desk.open({ text }, fingerprint);
    const second = await desk.open({ text }, fingerprint);
    expect(timers.size).toBe(1);
    desk.drop();
    expect(timers.size).toBe(0);
    pass(importLifeMs);
    expect(() => desk.secret(second.importId, place())).toThrow(gone);
  });

  it('stays when what was opened after it is none', async () => {
    const desk = new ImportDesk();
    const { importId } = await desk.open({ text }, fingerprint);
    await expect(desk.open({ text: '\0' }, fingerprint)).rejects.toThrow('not a text file');
    expect(desk.secret(importId, place())).toBe('the-secret');
  });
});

it('a file that the system does not give is given up on, and no other is tried beside it', async () => {
  const { later, pass } = clock();
  const desk = new ImportDesk(later);
  const path = join(temporaryFolder(), '.env');
  writeFileSync(path, text);
  const opening = desk.open({ path }, fingerprint);
  const other = desk.open({ path }, fingerprint);
  await expect(other).rejects.toMatchObject({ code: 'conflict', retryable: true });
  // At once: the system has had no time to answer.
  pass(readLimitMs);
  await expect(opening).rejects.toThrow('could not be read within ten seconds');
});
