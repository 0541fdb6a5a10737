/** The vault at a glance: for the status bar's panel, and at the top of the vault's own screen. */
import { useRef } from 'react';
import type { VaultStatus } from '#shared/contract/vault.ts';
import { CommandButton } from '../../commands/index.ts';
import { CopyButton, Icon, Loading, Row, Stack, useKeepFocus } from '../../components/index.ts';
import { useVault, useVaultMove } from '../../state/index.ts';
import { MoveProgress } from './move-progress.tsx';
import styles from './vault.module.css';
import { VaultActions } from './vault-notice.tsx';
import { storeNames, storePromise, storePromises, vaultLook } from './vault-words.ts';

export function VaultPanel() {
  const vault = useVault();
  const move = useVaultMove();
  const frame = useRef<HTMLDivElement>(null);
  useKeepFocus(frame, vault?.state, 'button:not(:disabled)');
  if (!vault) return <Loading />;
  const { title, icon, tone } = vaultLook(vault);
  const details = [title, vault.reason, vault.hint].filter(Boolean).join('\n');
  const isTrouble = vault.state === 'unavailable' || vault.state === 'choose' || vault.state === 'waiting';
  return (
    <div ref={frame} tabIndex={-1} className={styles.frame}>
      <Stack gap={12}>
        <div className={styles.state}>
          <Icon name={icon} size={16} className={styles[tone]} />
          <div role="status">
            <p className={styles.title}>
              {title}
              {vault.state === 'opening' && '…'}
              {vault.state === 'unlocked' && vault.store && `, with ${storeNames[vault.store]}`}
            </p>
            {vault.reason && <p className={styles.soft}>{vault.reason}</p>}
            {vault.hint && <p className={styles.soft}>{vault.hint}</p>}
          </div>
        </div>
        {vault.store && vault.state !== 'choose' && <p className={styles.promise}>{storePromise(vault)}</p>}
        {vault.state === 'choose' && <Choices />}
        <MoveProgress />
        <Row>
          {vault.state !== 'choose' && !(vault.state === 'waiting' && move) && <VaultActions />}
          {vault.state === 'unlocked' && !move && <StoreActions vault={vault} />}
          {vault.state === 'locked' && vault.store === 'keychain' && (
            <CommandButton
              command="vault.startOver"
              label={vault.isKeychainSealed ? 'Passphrase lost…' : 'The keychain was reset…'}
              variant="quiet"
            />
          )}
          {isTrouble && <CopyButton text={details} label="Copy details" />}
        </Row>
      </Stack>
    </div>
  );
}

/** What can be done about where secrets are. */
function StoreActions({ vault: { store, isKeychainSealed } }: { readonly vault: VaultStatus }) {
  const isSealed = store === 'keychain' && isKeychainSealed;
  return (
    <>
      {store === 'keychain' && !isSealed && (
        <CommandButton command="vault.setPassphrase" label="Set a passphrase…" />
      )}
      {(store === 'file' || isSealed) && (
        <CommandButton command="vault.changePassphrase" label="Change the passphrase…" />
      )}
      {isSealed && <CommandButton command="vault.removePassphrase" label="Take the passphrase away…" />}
      {store !== 'keychain' && (
        <CommandButton command="vault.moveToKeychain" label="Move to the system keychain…" />
      )}
      {store !== 'file' && <CommandButton command="vault.moveToFile" label="Move to a vault file…" />}
    </>
  );
}

/** Each place with what it means beside its button. */
function Choices() {
  return (
    <ul className={styles.choices}>
      <li>
        <div>
          <p className={styles.title}>A vault file</p>
          <p className={styles.soft}>{storePromises.file}</p>
        </div>
        <CommandButton command="vault.useFile" label="Use a vault file" />
      </li>
      <li>
        <div>
          <p className={styles.title}>This session only</p>
          <p className={styles.soft}>{storePromises.session}</p>
        </div>
        <CommandButton command="vault.useSession" label="Use this session only" />
      </li>
      <li>
        <div>
          <p className={styles.title}>System keychain</p>
          <p className={styles.soft}>{storePromises.keychain}</p>
        </div>
        <CommandButton command="vault.useKeychain" label="Try the keychain again" icon="retry" />
      </li>
    </ul>
  );
}
