/** How long a signature takes while the vault process sweeps a large folder, and how long without. `[MB] [secrets]` */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MemoryAuditTrail } from '../../electron/audit/index.ts';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import type { SpawnChild } from '../../electron/processes/port.ts';
import { MemoryCredentialIndex, Vault } from '../../electron/vault/index.ts';

const [megabytes = 240, secretCount = 20] = process.argv.slice(2).map(Number);
const quietMs = 2000;
const profileId = '00000000-0000-4000-8000-000000000001';
const spawn: SpawnChild = (entry, options) => spawnNodeChild(entry, options);
const vault = new Vault({
  spawn,
  entry: new URL('../../electron/vault/process.ts', import.meta.url),
  index: new MemoryCredentialIndex(),
  audit: new MemoryAuditTrail(),
  formatOf: () => 'text',
  folder: '/nonexistent/latchkey',
});
const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
try {
  await vault.chooseStore('session');
  for (let index = 0; index < secretCount; index++) {
    const slot = index === 0 ? 'current' : 'extra';
    const value = randomBytes(10).toString('hex');
    await vault.enterSecret({ profileId, kind: 'secret', slot, key: 'key', value });
  }
  // As bundles and lock files are: text of few different characters, with line breaks.
  for (let index = 0; index * 8 < megabytes; index++) {
    const text = randomBytes(4 * 1024 * 1024)
      .toString('hex')
      .replaceAll('ff', '\n;');
    writeFileSync(join(folder, `file-${index}`), text);
  }
  const sign = () => vault.signChannel({ profileId, socketId: '1.2', channel: 'private-orders' });
  const quietUntil = performance.now() + quietMs;
  const quiet = await latencies(sign, () => performance.now() > quietUntil);
  let isOver = false;
  const startedAt = performance.now();
  const swept = vault.sweeps.run({ folder, hasHistory: false }, new AbortController().signal).finally(() => {
    isOver = true;
  });
  const during = await latencies(sign, () => isOver);
  const report = await swept;
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(
    `Swept ${(report.bytes / 1e6).toFixed(0)} MB for ${secretCount} secrets in ${seconds.toFixed(1)} s.`,
  );
  console.log('without a sweep', told(quiet));
  console.log('during a sweep ', told(during));
} finally {
  vault.close();
  rmSync(folder, { recursive: true, force: true });
}

async function latencies(work: () => Promise<unknown>, isDone: () => boolean): Promise<number[]> {
  const all: number[] = [];
  while (!isDone()) {
    const before = performance.now();
    await work();
    all.push(performance.now() - before);
    // As clients ask that come one after the other; not as fast as can be.
    await delay(2);
  }
  return all.toSorted((one, other) => one - other);
}

function told(all: readonly number[]): string {
  const at = (share: number) => `${(all[Math.floor(all.length * share)] ?? 0).toFixed(2)} ms`;
  return `${all.length} signatures: p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(0.999999)}`;
}
