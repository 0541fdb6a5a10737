/** When the vault is locked, and somebody is at a terminal to unlock it. */
import { AppError } from '#shared/lib/app-error.ts';
import type { CommandType } from '../ownership/index.ts';
import type { Place } from './place.ts';
import type { AnswerTo, Request } from './request.ts';
import { ask } from './session.ts';
import type { Terminal } from './terminal.ts';

const attempts = 3;

/** Asks; where the vault is locked, has the user unlock it first. @throws AppError */
export async function askUnlocked<T extends CommandType>(
  place: Place,
  request: Extract<Request, { readonly type: T }>,
): Promise<AnswerTo<T>> {
  try {
    return await ask<T>(place, request);
  } catch (error) {
    const isLocked =
      error instanceof AppError && (error.code === 'vault_locked' || error.code === 'passphrase_required');
    if (!isLocked) throw error;
    return await atTerminal(error, (terminal) => unlockFor(place, terminal, error, request));
  }
}

/** For `latchkey unlock`. @throws AppError */
export async function unlock(place: Place): Promise<void> {
  try {
    await ask(place, { type: 'unlockVault' });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'passphrase_required') throw error;
    await atTerminal(error, (terminal) =>
      withPassphrase(place, terminal, (passphrase) => ask(place, { type: 'unlockVault', passphrase })),
    );
  }
}

async function unlockFor<T extends CommandType>(
  place: Place,
  terminal: Terminal,
  locked: AppError,
  request: Extract<Request, { readonly type: T }>,
): Promise<AnswerTo<T>> {
  const { store, wantsPassphrase = store === 'file' } = await ask(place, { type: 'vaultStatus' });
  if (wantsPassphrase) {
    return withPassphrase(place, terminal, (passphrase) =>
      ask<T>(place, request, [{ type: 'unlockVault', passphrase }]),
    );
  }
  // What was kept for a session is gone: there is nothing to unlock.
  if (store !== 'keychain') throw locked;
  if (!(await terminal.confirm(`${locked.message} Unlock it?`))) throw locked;
  return ask<T>(place, request, [{ type: 'unlockVault' }]);
}

async function withPassphrase<T>(
  { dataFolder }: Place,
  terminal: Terminal,
  use: (passphrase: Uint8Array) => Promise<T>,
): Promise<T> {
  for (let left = attempts; ; ) {
    const passphrase = await terminal.readHidden(`Passphrase of Latchkey’s vault in ${dataFolder}: `);
    if (passphrase.length === 0) throw new AppError('cancelled', 'Cancelled.');
    try {
      return await use(passphrase);
    } catch (error) {
      left--;
      if (!(error instanceof AppError) || error.code !== 'wrong_passphrase' || left === 0) throw error;
      terminal.say('That is not its passphrase.');
    } finally {
      passphrase.fill(0);
    }
  }
}

/** @throws AppError `locked`, where there is no terminal: with what to do instead. */
async function atTerminal<T>(locked: AppError, work: (terminal: Terminal) => Promise<T>): Promise<T> {
  const { Terminal } = await import('./terminal.ts');
  const terminal = Terminal.open();
  if (!terminal) {
    throw new AppError(locked.code, locked.message, {
      hint: 'There is no terminal to ask at. Unlock the vault in Latchkey, or run `latchkey unlock` on a terminal.',
    });
  }
  try {
    return await work(terminal);
  } finally {
    terminal.close();
  }
}
