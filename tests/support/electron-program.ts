/** The Electron entry as a program, with what it asked of Electron. */
import { fileURLToPath } from 'node:url';
import { eventually } from './conditions.ts';
import { type Program, startProgram } from './programs.ts';
import type { Record, UserDoes } from './recorded-electron.ts';

const main = fileURLToPath(new URL('./recorded-electron-main.ts', import.meta.url));

export interface ElectronProgram extends Program {
  readonly records: readonly Record[];
  calls(): readonly string[];
  /** Waits for the call that is the `count`th of its name. */
  called(call: string, count?: number): Promise<Record>;
  user(does: UserDoes): Promise<void>;
}

export function startElectron(folder: string, env: NodeJS.ProcessEnv = {}): ElectronProgram {
  return startElectronWith(['--data', folder], env);
}

/** @param args Of the app's program. */
export function startElectronWith(args: readonly string[], env: NodeJS.ProcessEnv = {}): ElectronProgram {
  const program = startProgram(process.execPath, [main, ...args], { env, hasChannel: true });
  const records: Record[] = [];
  program.child.on('message', (record) => records.push(record as Record));
  const called = (call: string, count = 1) =>
    eventually(
      () => {
        const record = records.filter((each) => each.call === call)[count - 1];
        // The channel closes after everything that was said on it has been heard.
        if (!record && program.child.exitCode !== null && !program.child.connected)
          throw new Error(`It ended without ${call}: ${JSON.stringify(records)} ${program.complaints()}`);
        return record;
      },
      { what: call, withinMs: 20_000 },
    );
  return {
    ...program,
    records,
    calls: () => records.map(({ call }) => call),
    called,
    user: async (does) => {
      program.child.send(does);
      await called(does);
    },
  };
}
