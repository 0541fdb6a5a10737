/** Makes the contract's rows and details out of lines. */
import {
  bytesLimit,
  type Detail,
  type Encryption,
  type Row,
  rawLimitCharacters,
} from '#shared/contract/history.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { readEncryptedData } from '../signing/index.ts';
import { isJsonText } from './json-text.ts';
import type { LogLine } from './line-reader.ts';
import type { LineFacts, LogReader } from './log-reader.ts';
import type { Decrypted, EncryptedItem } from './messages.ts';
import { previewLimit, previewOf } from './preview.ts';

export type Decrypt = (profileId: string, items: readonly EncryptedItem[]) => Promise<readonly Decrypted[]>;

/** Enough of a line for its row; encrypted data must be whole to be opened. */
const rowBytes = 65_536;
/** Lines held at once, so that a list of very large events takes time and not memory. */
const groupBytes = 8 * 1024 * 1024;

export async function readRows(
  log: LogReader,
  sequences: readonly number[],
  decrypt: Decrypt,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let start = 0; start < sequences.length; ) {
    const drafts: Draft[] = [];
    let sizeBytes = 0;
    while (start < sequences.length && sizeBytes < groupBytes) {
      const draft = readDraft(log, sequences[start++] ?? 0);
      sizeBytes += draft.item ? draft.facts.lengthBytes : rowBytes;
      drafts.push(draft);
    }
    rows.push(...(await finishRows(log, drafts, decrypt)));
  }
  return rows;
}

async function finishRows(log: LogReader, drafts: readonly Draft[], decrypt: Decrypt): Promise<Row[]> {
  const items = drafts.map(({ item }) => item).filter((item) => item !== undefined);
  const opened = items.length === 0 ? [] : await decrypt(log.profileId, items);
  let next = 0;
  return drafts.map((draft) => finishRow(draft, draft.item ? opened[next++] : undefined));
}

interface Draft {
  readonly facts: LineFacts;
  readonly channel: string | null;
  readonly event: string | null;
  readonly shown: string;
  readonly item: EncryptedItem | undefined;
}

function readDraft(log: LogReader, sequence: number): Draft {
  const facts = log.facts(sequence);
  const line = log.line(sequence, facts.isEncrypted ? facts.lengthBytes : rowBytes);
  const whole = () => log.line(sequence, facts.lengthBytes);
  return {
    facts,
    channel: log.channel(sequence, whole),
    event: log.event(sequence, whole),
    shown: shownStart(line, facts),
    item: facts.isEncrypted ? encryptedItem(line) : undefined,
  };
}

export function encryptedItem(line: LogLine): EncryptedItem {
  return { channel: line.name('channel') ?? '', data: line.data ?? '' };
}

function shownStart(line: LogLine, { kind }: LineFacts): string {
  if (kind === 'note' || kind === 'undecodable') return line.frame.slice(0, previewLimit + 1);
  return line.dataStart(previewLimit + 1) ?? '';
}

/** All that the page shows of a line besides its names, before decryption. */
export function shownData(line: LogLine, kind: Row['kind']): string {
  return kind === 'note' || kind === 'undecodable' ? line.frame : (line.data ?? '');
}

function finishRow({ facts, channel, event, shown }: Draft, opened: Decrypted | undefined): Row {
  return {
    sequence: facts.sequence,
    at: facts.atMs,
    direction: facts.direction,
    connection: facts.connection,
    kind: facts.kind,
    channel,
    event,
    sizeBytes: facts.sizeBytes,
    preview: previewOf(opened?.state === 'decrypted' ? opened.plaintext : shown),
    encryption: facts.isEncrypted ? encryptionOf(opened) : null,
  };
}

function encryptionOf(opened: Decrypted | undefined): Encryption {
  if (!opened) return { state: 'closed', why: 'not-encrypted' };
  return opened.state === 'decrypted'
    ? { state: 'decrypted', slot: opened.slot }
    : { state: 'closed', why: opened.why };
}

export async function readDetail(log: LogReader, sequence: number, decrypt: Decrypt): Promise<Detail> {
  if (sequence >= log.count) throw new AppError('not_found', `The log has no event ${sequence}.`);
  const facts = log.facts(sequence);
  const line = log.line(sequence, facts.lengthBytes);
  const isMessage = facts.kind !== 'note' && facts.kind !== 'undecodable';
  const sent = isMessage ? line.data : null;
  const item = facts.isEncrypted ? encryptedItem(line) : undefined;
  const opened = item ? (await decrypt(log.profileId, [item]))[0] : undefined;
  const draft: Draft = {
    facts,
    channel: log.channel(sequence, () => line),
    event: log.event(sequence, () => line),
    shown: shownStart(line, facts),
    item,
  };
  const data = opened?.state === 'decrypted' ? opened.plaintext : sent;
  const raw = line.frame;
  return {
    row: finishRow(draft, opened),
    raw: raw.slice(0, rawLimitCharacters),
    isRawCut: raw.length > rawLimitCharacters,
    data,
    isJson: data !== null && isJsonText(data),
    bytes: facts.form === 'base64' ? line.bytes.subarray(0, bytesLimit).toString('base64') : null,
    ciphertext: item ? ciphertextOf(item.data) : null,
  };
}

function ciphertextOf(data: string): Detail['ciphertext'] {
  const encrypted = readEncryptedData(data);
  return encrypted ? { nonce: encrypted.nonce, ciphertext: encrypted.ciphertext } : null;
}
