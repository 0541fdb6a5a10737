/** Writes files in a user's folder until it is killed, and tells of each that it is written: its content is its round. */
import { join } from 'node:path';
import { Database, Preferences } from '../../electron/storage/index.ts';
import { UserFiles, writeUserFile } from '../../electron/user-files/index.ts';
import { temporaryFor } from '../../electron/user-files/write-file.ts';
import { argument, tell, untilToldToGo } from './killed-child.ts';

export interface FilesToWrite {
  readonly dataFolder: string;
  readonly folder: string;
  readonly firstRound: number;
}

export const fileNames = ['a.env', 'b.env', 'c.env'] as const;

/** Of a size that takes more than one write. */
export function contentOf(round: number): string {
  return `${String(round).padStart(9, '0')}\n`.repeat(20_000);
}

if (process.argv[2] === '--once') {
  const path = process.argv[3] ?? '';
  const told = await writeUserFile({ path, overwrite: false, temporary: temporaryFor(path) }, (file) =>
    file.writeFile('ours'),
  );
  process.stdout.write(JSON.stringify(told));
} else if (process.argv[2] !== undefined) {
  const { dataFolder, folder, firstRound } = argument<FilesToWrite>();
  const database = await Database.open(dataFolder);
  const files = new UserFiles(new Preferences(database), dataFolder, (error) => {
    throw error;
  });
  await untilToldToGo();
  for (let round = firstRound; ; round++) {
    const path = join(folder, fileNames[round % fileNames.length] ?? '');
    // Every second time in the way that replaces nothing, which fails where something is.
    const write = (overwrite: boolean) =>
      files.writing({ path, overwrite }, (file) =>
        writeUserFile(file, (handle) => handle.writeFile(contentOf(round))),
      );
    if (round % 2 === 0) await write(true);
    else await write(false).catch(() => write(true));
    await tell(round);
  }
}
