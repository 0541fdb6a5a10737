/** Where Latchkey keeps its data, the same for both hosts. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export function defaultDataFolder(
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  switch (platform) {
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support', 'Latchkey');
    case 'win32':
      return join(environment.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Latchkey');
    default:
      return join(environment.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'latchkey');
  }
}
