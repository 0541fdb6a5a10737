/** How long a command takes to start by `latchkey exec`, next to Node itself: from its start to the end of `true`. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launcher, Owner, profileNamed } from '../support/command-line.ts';
import { startSecretService } from '../support/secret-service.ts';
import { type Benchmark, compare } from './measure.ts';

const runs = 15;

export const commandWithOwner: Benchmark = {
  name: 'command-with-owner',
  run: () => measured('command-with-owner', true),
};

/** The keychain is a real GNOME Keyring of its own. */
export const commandAlone: Benchmark = {
  name: 'command-alone',
  run: () => measured('command-alone', false),
};

async function measured(name: string, hasOwner: boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  const dataFolder = join(folder, 'data');
  mkdirSync(dataFolder, { mode: 0o700 });
  const service = await startSecretService();
  let owner: Owner | undefined;
  try {
    await service.startKeyring();
    owner = await Owner.start(dataFolder, service.env);
    await owner.untilState('unlocked');
    await owner.add(profileNamed('shop'));
    if (!hasOwner) {
      await owner.stop();
      owner = undefined;
    }
    const env = { ...process.env, ...service.env };
    const command = [launcher, 'exec', '--data-folder', dataFolder, 'shop', '--', 'true'];
    // What it compiles the first time is not compiled again.
    timed(command, env);
    return await compare({
      name,
      unit: 'ms',
      goal: null,
      lowerIsBetter: true,
      runs,
      ours: () => timed(command, env),
      peer: () => timed(['-e', '0'], env),
    });
  } finally {
    await owner?.stop();
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function timed(args: readonly string[], env: NodeJS.ProcessEnv): number {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`It ended with ${status}: ${stderr}`);
  return performance.now() - startedAt;
}
