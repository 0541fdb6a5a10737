/** In a form that needs the vault while it is not open: why, and the way on. Draws nothing while it is unlocked. */
import { type ReactNode, useRef } from 'react';
import { assertNever } from '#shared/lib/app-error.ts';
import { CommandButton } from '../../commands/index.ts';
import { Notice, useKeepFocus } from '../../components/index.ts';
import { useVault } from '../../state/index.ts';
import styles from './vault.module.css';
import { vaultLook } from './vault-words.ts';

export interface VaultNoticeProps {
  /** What waits for it, and that nothing is lost: “What you typed stays here.” */
  readonly children?: ReactNode;
}

export function VaultNotice({ children }: VaultNoticeProps) {
  const vault = useVault();
  const frame = useRef<HTMLDivElement>(null);
  useKeepFocus(frame, vault?.state);
  // Stays when it is empty, to hold the focus of the button that was pressed.
  if (!vault || vault.state === 'unlocked')
    return <div ref={frame} tabIndex={-1} className={styles.anchor} />;
  const { title } = vaultLook(vault);
  const tone = vault.state === 'opening' ? 'notice' : 'warning';
  return (
    <div ref={frame} tabIndex={-1} className={styles.frame}>
      <Notice tone={tone} title={vault.reason ?? `${title}.`} actions={<VaultActions />}>
        {vault.hint && <p>{vault.hint}</p>}
        {children && <p>{children}</p>}
      </Notice>
    </div>
  );
}

/** The buttons that lead out of the vault's present state. */
export function VaultActions() {
  const vault = useVault();
  if (!vault) return null;
  switch (vault.state) {
    case 'unlocked':
      return <CommandButton command="vault.lock" icon="locked" />;
    case 'opening':
      return null;
    case 'waiting':
      return <CommandButton command="vault.cancelWaiting" label="Cancel" />;
    case 'choose':
      return (
        <>
          <CommandButton command="vault.useKeychain" label="Try the keychain again" icon="retry" />
          <CommandButton command="vault.useFile" label="Use a vault file" icon="key" />
          <CommandButton command="vault.useSession" label="Use this session only" />
        </>
      );
    case 'locked':
      return (
        <>
          <CommandButton command="vault.unlock" icon="unlocked" />
          {vault.store === 'file' && <CommandButton command="vault.startOverFile" label="Passphrase lost…" />}
        </>
      );
    case 'unavailable':
      return (
        <>
          <CommandButton command="vault.unlock" label="Try again" icon="retry" />
          <CommandButton command="vault.useSession" label="Use this session only" />
        </>
      );
    default:
      return assertNever(vault.state);
  }
}
