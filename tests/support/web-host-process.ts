/**
 * The whole app behind the web host in a process of its own, so that a test can see what an attack costs it:
 * `web-host-process.ts FOLDER`. Its page has one file of 1 MiB and one of 32 MiB. Tells its port first, and then a new
 * URL for each message.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startWebLatchkey } from './web-host.ts';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('Usage: web-host-process.ts FOLDER');

const latchkey = await startWebLatchkey(folder, (page) => {
  writeFileSync(join(page, 'assets', 'large.js'), Buffer.alloc(2 ** 20, 0x20));
  writeFileSync(join(page, 'assets', 'huge.js'), Buffer.alloc(2 ** 25, 0x20));
});
process.on('message', () => process.send?.(latchkey.host.createUrl()));
process.once('disconnect', () => void latchkey.close().then(() => process.exit()));
process.send?.(latchkey.host.port);
