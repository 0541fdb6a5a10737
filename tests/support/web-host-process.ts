/**
 * The whole app behind the web host in a process of its own, so that a test can see what an attack costs it, and can ask
 * for links: `web-host-process.ts FOLDER [PAGE]`. It serves a copy of PAGE, or a small page with one file of 1 MiB and
 * one of 32 MiB. Tells its port first, and then a new URL for each message.
 */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startWebLatchkey } from './web-host.ts';

const [folder, builtPage] = process.argv.slice(2);
if (!folder) throw new Error('Usage: web-host-process.ts FOLDER [PAGE]');

const latchkey = await startWebLatchkey(folder, (page) => {
  if (builtPage) {
    cpSync(builtPage, page, { recursive: true });
    return;
  }
  writeFileSync(join(page, 'assets', 'large.js'), Buffer.alloc(2 ** 20, 0x20));
  writeFileSync(join(page, 'assets', 'huge.js'), Buffer.alloc(2 ** 25, 0x20));
});
process.on('message', () => process.send?.(latchkey.host.createUrl()));
process.once('disconnect', () => void latchkey.close().then(() => process.exit()));
process.send?.(latchkey.host.port);
