/** The side of a process that `killed-process.ts` starts, and kills. */

/** What it was started with. */
export function argument<T>(): T {
  return JSON.parse(process.argv[2] ?? '') as T;
}

/** Says that everything is loaded, and waits for its turn. Ends with the test that started it. */
export async function untilToldToGo(): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  const told = new Promise((resolve) => process.once('message', resolve));
  process.send?.('ready');
  await told;
}

/** Resolves when the message has left this process: a kill does not take it back. */
export function tell(message: unknown): Promise<void> {
  return new Promise((resolve, reject) =>
    process.send?.(message, (error: Error | null) => (error ? reject(error) : resolve())),
  );
}
