/** The audit log's entries in words. */
import type { AuditAction, AuditEntry } from '#shared/contract/audit.ts';
import type { IconName } from '../../components/index.ts';

export interface ActionLook {
  readonly done: string;
  readonly failed: string;
  readonly icon: IconName;
}

export const actionLooks: Readonly<Record<AuditAction, ActionLook>> = {
  entered: { done: 'Entered', failed: 'Not entered', icon: 'incoming' },
  imported: { done: 'Imported', failed: 'Not imported', icon: 'incoming' },
  generated: { done: 'Made', failed: 'Not made', icon: 'add' },
  removed: { done: 'Removed', failed: 'Not removed', icon: 'remove' },
  forgotten: { done: 'Forgotten', failed: 'Not forgotten', icon: 'clear' },
  promoted: { done: 'Made the current one', failed: 'Not made the current one', icon: 'rotation' },
  labelled: { done: 'Named', failed: 'Not named', icon: 'edit' },
  moved: { done: 'Marked as', failed: 'Not marked as', icon: 'rotation' },
  used: { done: 'Signed or encrypted', failed: 'Not used', icon: 'key' },
  copied: { done: 'Copied', failed: 'Not copied', icon: 'copy' },
  revealed: { done: 'Shown', failed: 'Not shown', icon: 'show' },
  storeChosen: { done: 'Store chosen', failed: 'Store not chosen', icon: 'vault' },
  startedOver: { done: 'Started over', failed: 'Not started over', icon: 'retry' },
  passphraseChanged: { done: 'Passphrase changed', failed: 'Passphrase not changed', icon: 'key' },
  locked: { done: 'Vault locked', failed: 'Vault not locked', icon: 'locked' },
  unlocked: { done: 'Vault unlocked', failed: 'Vault not unlocked', icon: 'unlocked' },
};

/** Of an entry with a count. */
export function countWords(action: AuditAction, count: number): string {
  if (action === 'imported') return count === 1 ? 'one secret of a file' : `${count} secrets of a file`;
  return `${count} times`;
}

/** What happened, as a heading of the entry. */
export function actionWords({ action, outcome }: Pick<AuditEntry, 'action' | 'outcome'>): string {
  return actionLooks[action][outcome];
}
