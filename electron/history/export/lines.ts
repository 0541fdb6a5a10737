/** Makes an export's text of events: NDJSON as the log itself has it, CSV for spreadsheets, or HAR's messages. */
import type { ExportFormat, Redaction } from '#shared/contract/history.ts';
import type { LogLine } from '../line-reader.ts';
import type { LineFacts } from '../log-reader.ts';
import type { Decrypted } from '../messages.ts';
import { redactedMark, redactedName, redactor } from './redaction.ts';

export interface ExportedEvent {
  readonly facts: LineFacts;
  readonly line: LogLine;
  readonly channel: string | null;
  readonly event: string | null;
  readonly opened: Decrypted | undefined;
}

export interface ExportRules {
  readonly format: ExportFormat;
  readonly redaction: Redaction;
  /** Decrypted text beside, or in place of, ciphertext. */
  readonly withPlaintext: boolean;
}

/** The first line of an NDJSON export. */
export interface NdjsonHeader {
  readonly latchkey: 'log';
  readonly version: 1;
  readonly exportedAt: string;
  /** Absent where something was left out: what was looked for may be just that. */
  readonly filter?: string;
}

export const csvHeading = 'time,ms,direction,connection,kind,channel,event,bytes,key,data\r\n';

/** HAR's messages have a comma before each but the first: see `harEntry`. */
export function exportedText(exported: ExportedEvent, rules: ExportRules): string {
  switch (rules.format) {
    case 'ndjson':
      return ndjsonLine(exported, rules);
    case 'csv':
      return csvLine(exported, rules);
    case 'har':
      return harMessage(exported, rules);
  }
}

function ndjsonLine({ facts, line, opened }: ExportedEvent, rules: ExportRules): string {
  const { atMs, direction, connection, form } = facts;
  const conn = connection === 1 ? '' : `,"conn":${connection}`;
  const start = `{"t":${atMs},"dir":"${direction}"${conn}`;
  if (form === 'note') {
    const note = JSON.stringify(line.name('event') ?? '');
    return `${start},"note":${note},"text":${JSON.stringify(line.frame)}}\n`;
  }
  const plaintext = plaintextOf(opened, rules);
  const end = plaintext === undefined ? '}\n' : `,"plaintext":${JSON.stringify(plaintext)}}\n`;
  const redact = redactor(rules.redaction, form === 'frame' ? 'message' : 'other');
  if (redact) return `${start},"frame":${redact(line.frame)}${end}`;
  if (form === 'frame') return `${start},"frame":${line.frame}${end}`;
  if (form === 'base64') return `${start},"base64":"${line.bytes.toString('base64')}"${end}`;
  return `${start},"text":${JSON.stringify(line.frame)}${end}`;
}

/** What the page shows of an event, as far as the rules let it out. */
function shownText({ facts, line, opened }: ExportedEvent, rules: ExportRules): string {
  if (facts.form === 'note') return line.frame;
  const isMessage = facts.form === 'frame' && facts.kind !== 'undecodable';
  const redact = redactor(rules.redaction, isMessage ? 'message' : 'other');
  const plaintext = plaintextOf(opened, rules);
  if (!isMessage) return redact ? redact(line.frame) : line.frame;
  const text = plaintext ?? line.data ?? '';
  if (!redact) return text;
  // As the data of a frame of its own, so that the same rules hold for it.
  const { data } = JSON.parse(redact(JSON.stringify({ event: line.name('event'), data: text }))) as {
    data?: unknown;
  };
  return typeof data === 'string' ? data : JSON.stringify(data);
}

function plaintextOf(
  opened: Decrypted | undefined,
  { withPlaintext, redaction }: ExportRules,
): string | undefined {
  if (!withPlaintext || opened?.state !== 'decrypted') return undefined;
  const redact = redactor(redaction, 'message');
  if (!redact) return opened.plaintext;
  const { data } = JSON.parse(redact(JSON.stringify({ event: '', data: opened.plaintext }))) as {
    data: string;
  };
  return data;
}

function csvLine(exported: ExportedEvent, rules: ExportRules): string {
  const { facts, channel, event, opened } = exported;
  const cells = [
    new Date(facts.atMs).toISOString(),
    String(facts.atMs),
    facts.direction,
    String(facts.connection),
    facts.kind,
    nameCell('channel', channel, rules),
    nameCell('event', event, rules),
    String(facts.sizeBytes),
    facts.isEncrypted ? (opened?.state === 'decrypted' ? opened.slot : 'closed') : '',
    shownText(exported, rules),
  ];
  return `${cells.map(cell).join(',')}\r\n`;
}

function nameCell(member: 'channel' | 'event', name: string | null, { redaction }: ExportRules): string {
  if (name === null) return '';
  if (redaction.members.some((each) => each.toLowerCase() === member)) return redactedMark;
  return member === 'channel' ? redactedName(name, redaction) : name;
}

/**
 * Spreadsheets run what begins like a formula, also in quotes, and all of this came from the wire. Source:
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
function cell(value: string): string {
  const text = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /^[\w .:-]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}

/** As Chromium's DevTools write them: HAR itself has no place for them, and keeps names with an underscore free. */
function harMessage({ facts, line }: ExportedEvent, rules: ExportRules): string {
  if (facts.direction === 'note') return '';
  const isText = facts.form !== 'base64';
  const redact = redactor(rules.redaction, facts.form === 'frame' ? 'message' : 'other');
  const data = redact ? redact(line.frame) : isText ? line.frame : line.bytes.toString('base64');
  return JSON.stringify({
    type: facts.direction === 'out' ? 'send' : 'receive',
    time: facts.atMs / 1000,
    opcode: isText || redact ? 1 : 2,
    data,
  });
}

export interface HarConnection {
  readonly url: string;
  readonly startedAtMs: number;
}

/** Of HAR 1.2, around the entries. Source: http://www.softwareishard.com/blog/har-12-spec/ */
export const harStart = (version: string) =>
  `{"log":{"version":"1.2","creator":${JSON.stringify({ name: 'Latchkey', version })},"pages":[],"entries":[`;
export const harEnd = ']}}\n';

/** A connection's entry, up to its messages, and from their end on. */
export function harEntry({ url, startedAtMs }: HarConnection): readonly [start: string, end: string] {
  const entry = JSON.stringify({
    startedDateTime: new Date(startedAtMs).toISOString(),
    time: 0,
    request: {
      method: 'GET',
      url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: [],
      queryString: [],
      headersSize: -1,
      bodySize: 0,
    },
    response: {
      status: 101,
      statusText: 'Switching Protocols',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: [],
      content: { size: 0, mimeType: '' },
      redirectURL: '',
      headersSize: -1,
      bodySize: -1,
    },
    cache: {},
    timings: { send: 0, wait: 0, receive: 0 },
    _resourceType: 'websocket',
  });
  return [`${entry.slice(0, -1)},"_webSocketMessages":[`, ']}'];
}
