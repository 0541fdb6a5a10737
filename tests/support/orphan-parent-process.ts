/** Has a child of its own wait for its end, and says when it does. */
import { spawnNodeChild } from '../../electron/processes/node-child.ts';

const child = spawnNodeChild(new URL('./orphan-child-process.ts', import.meta.url), { name: 'orphan' });
child.onMessage(() => process.stdout.write('ready\n'));
child.send('go');
