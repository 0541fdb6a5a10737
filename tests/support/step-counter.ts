/**
 * Started by steps.ts: counts how often the blocks of an import's source run, and answers with the counts. A process of
 * its own: V8 counts reliably only without its optimising compilers, and counts blocks only of what is compiled after it
 * was told to. So the source is loaded last.
 */
import { Session } from 'node:inspector/promises';

const fingerprint = () => '0'.repeat(16);

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
const { parseImport, previewOf } = await import('../../electron/vault/import/index.ts');

async function countSteps(text: string): Promise<number> {
  await session.post('Profiler.takePreciseCoverage');
  previewOf(parseImport(new TextEncoder().encode(text)), fingerprint);
  // Taking the counts sets them back.
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return result
    .filter(({ url }) => url.includes('/electron/vault/import/'))
    .flatMap((script) => script.functions.flatMap(({ ranges }) => ranges))
    .reduce((sum, { count }) => sum + count, 0);
}

process.on('message', (texts: readonly string[]) => {
  void (async () => {
    const counts: number[] = [];
    for (const text of texts) counts.push(await countSteps(text));
    process.send?.(counts);
    process.disconnect();
  })();
});
