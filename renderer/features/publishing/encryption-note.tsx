/** Says, before anything is sent, that it will be encrypted, and with which key. */
import type { Credential } from '#shared/contract/vault.ts';
import { Button, Icon, Notice } from '../../components/index.ts';
import { useNavigation } from '../../state/index.ts';
import { maskedValue } from '../vault/index.ts';
import styles from './publish.module.css';

export interface EncryptionNoteProps {
  readonly profileId: string;
  /** Undefined while they load. */
  readonly credentials: readonly Credential[] | undefined;
}

export function EncryptionNote({ profileId, credentials }: EncryptionNoteProps) {
  const navigation = useNavigation();
  if (!credentials) return null;
  const masterKey = credentials.find(({ kind, slot }) => kind === 'masterKey' && slot === 'current');
  if (!masterKey) {
    return (
      <Notice
        tone="warning"
        title="This channel is encrypted, and the app has no master key in the vault."
        actions={<Button onClick={() => navigation.openApp(profileId, 'keys')}>Enter or make one</Button>}
      >
        Publishing here needs it. What you typed stays here.
      </Notice>
    );
  }
  return (
    <p className={styles.encrypted}>
      <Icon name="encrypted" />
      <span>
        The data is encrypted with the current master key, <code>{maskedValue(masterKey)}</code> (fingerprint{' '}
        <code>{masterKey.fingerprint}</code>). Names of channel and event stay readable.
      </span>
    </p>
  );
}
