/** The audit log's entries in words. */
import type { AuditAction, AuditEntry } from '#shared/contract/audit.ts';
import type { IconName } from '../../components/index.ts';
import { slotWord } from '../vault/credential-words.ts';

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
  labelled: { done: 'Labelled anew', failed: 'Not labelled', icon: 'edit' },
  moved: { done: 'Marked', failed: 'Not marked', icon: 'rotation' },
  used: { done: 'Signed or encrypted', failed: 'Not used', icon: 'key' },
  relocated: { done: 'Moved to another store', failed: 'Not moved to another store', icon: 'vault' },
  copied: { done: 'Copied', failed: 'Not copied', icon: 'copy' },
  revealed: { done: 'Shown', failed: 'Not shown', icon: 'show' },
  checked: { done: 'Sent to its provider, for a check', failed: 'Not checked', icon: 'search' },
  commandStarted: { done: 'Given to a command', failed: 'Not given to a command', icon: 'outgoing' },
  envPrinted: { done: 'Printed by latchkey env', failed: 'Not printed', icon: 'outgoing' },
  exported: { done: 'Exported to a file', failed: 'Not exported', icon: 'export' },
  storeChosen: { done: 'Store chosen', failed: 'Store not chosen', icon: 'vault' },
  startedOver: { done: 'Started over', failed: 'Not started over', icon: 'retry' },
  passphraseSet: { done: 'Passphrase set', failed: 'Passphrase not set', icon: 'key' },
  passphraseRemoved: { done: 'Passphrase taken away', failed: 'Passphrase not taken away', icon: 'key' },
  passphraseChanged: { done: 'Passphrase changed', failed: 'Passphrase not changed', icon: 'key' },
  locked: { done: 'Vault locked', failed: 'Vault not locked', icon: 'locked' },
  unlocked: { done: 'Vault unlocked', failed: 'Vault not unlocked', icon: 'unlocked' },
};

type Told = Pick<AuditEntry, 'action' | 'outcome' | 'kind' | 'slot' | 'count' | 'program'>;

/** What happened, as a heading of the entry. */
export function actionWords({ action, outcome, kind, slot, count, program }: Told): string {
  const words = actionLooks[action][outcome];
  if (program !== null) return `${words}: ${program}`;
  if (action === 'imported' && count !== null) {
    return `${words}: ${count === 1 ? 'one secret' : `${numbers.format(count)} secrets`} of a file`;
  }
  if (action === 'used' && count !== null) return `${words} ${times(count)}`;
  if (action === 'moved' && kind !== null && slot !== null) return `${words} as ${slotWord(kind, slot)}`;
  return program === null ? words : `${words}: ${program}`;
}

const numbers = new Intl.NumberFormat('en');

function times(count: number): string {
  return count === 1 ? 'once' : `${numbers.format(count)} times`;
}
