/** A child of `orphan-parent-process.ts`, which answers when its parent is gone. */
import { parentPort } from '../../electron/processes/parent-port.ts';

const parent = process.ppid;
const port = parentPort();
port.onMessage(() => {
  port.send('waiting');
  // Not awaited: the event that tells of the parent's end is to come after the answer.
  while (process.ppid === parent);
  port.send('late');
});
