/** Changes profiles, settings and preferences in a folder's database until it is killed, and tells what it does. */
import { Database } from '../../electron/storage/index.ts';
import { argument, tell, untilToldToGo } from './killed-child.ts';
import { SeededRandom } from './seeded-random.ts';
import { after, emptyModel, nextChange, type StorageProgress, StorageRooms } from './storage-work.ts';

/** Without a number of changes, there is no end. */
const { folder, seed, changes } = argument<{ folder: string; seed: number; changes?: number }>();
await untilToldToGo();
await tell({ state: 'opening' } satisfies StorageProgress);
const database = await Database.open(folder);
const rooms = new StorageRooms(database);
const random = new SeededRandom(seed);
let model = emptyModel;
for (let number = 0; number !== changes; number++) {
  const change = nextChange(model, random, number);
  await tell({ state: 'about', change } satisfies StorageProgress);
  rooms.make(change);
  await tell({ state: 'done', change } satisfies StorageProgress);
  model = after(model, change);
}
rooms.profiles.close();
database.close();
process.disconnect?.();
