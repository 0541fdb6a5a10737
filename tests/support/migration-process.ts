/** Opens the database of a folder with more migrations than it was made with, and tells when that is done. */
import { Database } from '../../electron/storage/index.ts';
import { argument, tell, untilToldToGo } from './killed-child.ts';

const { folder, migrations } = argument<{ folder: string; migrations: readonly string[] }>();
await untilToldToGo();
await tell('opening');
const database = await Database.open(folder, migrations);
await tell('opened');
database.close();
process.disconnect?.();
