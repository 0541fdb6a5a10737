/** How the parts of a WebAssembly module are spelled: https://webassembly.github.io/spec/core/binary/ */

export function name(text: string): number[] {
  return sized([...Buffer.from(text)]);
}

export function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)];
}

export function sized(content: readonly number[]): number[] {
  return [...leb(content.length), ...content];
}

export function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

export function signedLeb(value: number): number[] {
  const isLast = value >= -64 && value < 64;
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signedLeb(value >> 7)];
}
