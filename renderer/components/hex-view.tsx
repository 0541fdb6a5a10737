/** Bytes that are no text: their place, their values, and what of them is ASCII. */
import { CodeBlock } from './text.tsx';

const bytesPerLine = 16;

export interface HexViewProps {
  /** Base64. */
  readonly base64: string;
  readonly label: string;
}

export function HexView({ base64, label }: HexViewProps) {
  return <CodeBlock text={hexLines(bytesOf(base64)).join('\n')} label={label} />;
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

export function hexLines(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += bytesPerLine) {
    const part = bytes.subarray(start, start + bytesPerLine);
    const values = Array.from(part, (byte) => byte.toString(16).padStart(2, '0'));
    const half = (from: number) =>
      values
        .slice(from, from + 8)
        .join(' ')
        .padEnd(23);
    const ascii = Array.from(part, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·'));
    lines.push(`${start.toString(16).padStart(6, '0')}  ${half(0)}  ${half(8)}  ${ascii.join('')}`);
  }
  return lines;
}
