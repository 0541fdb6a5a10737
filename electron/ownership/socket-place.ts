/**
 * Where the owner of a data folder listens: at a socket file in the folder, since who may open the folder may speak to
 * its owner. Where that can't be (the path is too long for a socket, others can enter the folder, its disk has no
 * sockets), in a folder of this user's own among the temporary ones.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOursAlone } from './light.ts';

/** What every system takes: 103 bytes on macOS, 107 on Linux. A longer path may be cut off rather than refused. */
const pathLimitBytes = 103;
const fileName = 'latchkey.sock';

export interface SocketPlace {
  readonly address: string;
  /** The folder to make first, owner-only. */
  readonly makes?: string;
}

/** The places to try, best first. */
export function socketPlaces(
  folder: string,
  platform: NodeJS.Platform = process.platform,
  temporaryFolders: readonly (string | undefined)[] = [process.env.XDG_RUNTIME_DIR, tmpdir()],
): SocketPlace[] {
  // The name stands in the owner's note alone, so nobody who can't read that can find or take it.
  if (platform === 'win32') return [{ address: `\\\\.\\pipe\\latchkey-${randomBytes(16).toString('hex')}` }];
  const real = realpathSync.native(folder);
  const hash = createHash('sha256').update(real).digest('hex').slice(0, 16);
  const places: SocketPlace[] = isOursAlone(real) ? [{ address: join(real, fileName) }] : [];
  for (const temporary of new Set(temporaryFolders)) {
    if (!temporary) continue;
    const makes = join(temporary, `latchkey-${process.getuid?.()}`);
    places.push({ address: join(makes, `${hash}.sock`), makes });
  }
  return places.filter(({ address }) => Buffer.byteLength(address) <= pathLimitBytes);
}

/**
 * The folder of a place, made if need be. In a folder that everybody writes to, another user may have taken its name.
 * @throws Error when it is not this user's alone.
 */
export function makePlace({ makes }: SocketPlace): void {
  if (makes === undefined) return;
  try {
    mkdirSync(makes, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (!isOursAlone(makes)) throw new Error(`${makes} is not this user’s alone`);
}
