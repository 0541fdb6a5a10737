/** How far a move of everything is, with the way to end it. Draws nothing while none is under way. */
import { CommandButton } from '../../commands/index.ts';
import { useVaultMove } from '../../state/index.ts';
import styles from './vault.module.css';
import { storeNames } from './vault-words.ts';

export function MoveProgress() {
  const move = useVaultMove();
  if (!move) return null;
  const { done, total } = move;
  const isInPlace = move.from === move.to;
  const words = isInPlace
    ? 'Sealing the keychain’s secrets anew'
    : `Moving secrets to ${storeNames[move.to]}`;
  const former = isInPlace
    ? 'What was there before is removed'
    : `They are removed from ${storeNames[move.from]}`;
  return (
    <section className={styles.move} aria-label="Move">
      <div className={styles.moveText}>
        <p role="status">{words}. Nothing can be entered or removed meanwhile.</p>
        <progress
          className={styles.progress}
          aria-label={words}
          max={Math.max(total, 1)}
          value={total === 0 ? undefined : done}
        />
        <p className={styles.soft}>
          <span className={styles.seconds}>
            {done} of {total}
          </span>{' '}
          copied and read back. {former} when all of them are.
        </p>
      </div>
      <CommandButton command="vault.cancelMove" label="Cancel the move" />
    </section>
  );
}
