/** Opens the database of a folder when it is told to, says how that ended, and keeps what it has until it is killed. */
import { AppError } from '#shared/lib/app-error.ts';
import { parentPort } from '../../electron/processes/parent-port.ts';
import { Database, Preferences } from '../../electron/storage/index.ts';

const port = parentPort();
port.onMessage(async (folder) => {
  try {
    const database = await Database.open(String(folder));
    new Preferences(database).write('owner', process.pid);
    port.send({ outcome: 'owner', notices: database.notices });
  } catch (error) {
    port.send({ outcome: error instanceof AppError ? error.code : String(error), notices: [] });
  }
});
port.send('ready');
