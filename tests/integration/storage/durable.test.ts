/**
 * A change of the database is synced before it is acknowledged, as the kernel sees it. That a disk keeps what it has
 * synced is the disk's own promise.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildModules } from '../../support/built.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { trace, whyNoTracing } from '../../support/traced-process.ts';

const noTracing = whyNoTracing();

it('each change is written and synced before the process says that it is made', async ({ skip }) => {
  skip(noTracing !== undefined, noTracing);
  const built = await buildModules(['tests/support/storage-process']);
  const folder = temporaryFolder();
  const changes = 12;
  const calls = await trace(
    { entry: built('tests/support/storage-process'), argument: { folder, seed: 3, changes } },
    ['pwrite64', 'fsync', 'fdatasync', 'write', 'sendmsg'],
  );
  const log = `<${join(folder, 'latchkey.db-wal')}>`;
  const story = calls.flatMap(({ name, text }) => {
    if (text.includes(log)) return [name === 'pwrite64' ? 'written' : 'synced'];
    if (text.includes('about')) return ['about'];
    return text.includes('done') ? ['done'] : [];
  });
  const acknowledged = story.join(' ').match(/about( written)+( synced)+ done/g) ?? [];
  expect(acknowledged).toHaveLength(changes);
  expect(story.filter((each) => each === 'done')).toHaveLength(changes);
});
