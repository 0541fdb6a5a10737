/** Where the traffic of one app goes. The history room implements it. */
export interface Recorder {
  /**
   * One frame as it was on the wire, before anyone parsed it. The bytes are good during the call only: keep a copy.
   * @param atMs Milliseconds since 1970, with fractions.
   * @returns False: the log is behind, and the socket should pause until `whenReady`.
   */
  frame(direction: 'in' | 'out', bytes: Uint8Array, atMs: number): boolean;
  /** What was never on the wire: `connected`, `disconnected`, `gap`, `error`, `refused`. The text is this app's own. */
  note(kind: string, text: string): void;
  whenReady(): Promise<void>;
}
