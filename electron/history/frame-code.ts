/** What a frame is, in one byte: its kind, and above it the number of its connection. */

export const frameKinds = { in: 0, out: 1, note: 2 } as const;
export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds];
export type FrameCode = number;
const kindBits = 2;

/** Connections of one app that the log tells apart: 1 to this. */
export const connectionLimit = 63;

export function frameCode(kind: FrameKind, connection: number): FrameCode {
  return kind | (connection << kindBits);
}

export function kindOf(code: FrameCode): FrameKind {
  return (code & ((1 << kindBits) - 1)) as FrameKind;
}

export function connectionOf(code: FrameCode): number {
  return code >> kindBits;
}
