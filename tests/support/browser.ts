/** A stand-in for the default browser's command, which records what it was called with. Linux only. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './conditions.ts';
import { temporaryFolder } from './temporary.ts';

export interface RecordingBrowser {
  /** For the process that opens it. */
  readonly env: NodeJS.ProcessEnv;
  /** What it was opened at, once it was. */
  opened(): Promise<string>;
  times(): number;
}

export function recordingBrowser(): RecordingBrowser {
  const folder = temporaryFolder();
  const [command, record] = [join(folder, 'xdg-open'), join(folder, 'record')];
  writeFileSync(record, '');
  writeFileSync(command, `#!/bin/sh\necho "$*" >> "${record}"\n`);
  chmodSync(command, 0o755);
  const calls = () => readFileSync(record, 'utf8').split('\n').slice(0, -1);
  return {
    env: { PATH: `${folder}:${process.env.PATH}`, DISPLAY: ':none' },
    opened: () => eventually(() => calls()[0], { what: 'the browser' }),
    times: () => calls().length,
  };
}
