/** From a clone, `npx latchkey` is the command: npm finds it by package.json, with nothing installed but the clone’s own. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startProgram } from '../../support/programs.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('npx latchkey', () => {
  it('runs the clone’s command, from any folder in it, and asks no registry', {
    timeout: 60_000,
  }, async () => {
    const cache = join(temporaryFolder(), 'npm');
    mkdirSync(cache);
    for (const cwd of [root, join(root, 'docs')]) {
      const program = startProgram('npx', ['latchkey', 'exec', '--help'], {
        cwd,
        env: { npm_config_cache: cache, npm_config_offline: 'true' },
      });
      expect(await program.ended).toBe(0);
      expect(program.output()).toContain('latchkey exec APP -- COMMAND');
    }
  });
});
