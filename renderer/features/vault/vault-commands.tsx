/** The vault's commands, and the questions that two of them ask. Drawn once, around the page. */
import { useState } from 'react';
import type { StoreKind, VaultState } from '#shared/contract/vault.ts';
import { useCommands } from '../../commands/index.ts';
import { Confirm, useToast } from '../../components/index.ts';
import { asAppError, useNavigation, useServices, valueOr } from '../../state/index.ts';
import { PassphraseDialog, type PassphrasePurpose } from './passphrase-dialog.tsx';
import { movedMessage, storePromises, wantsPassphrase } from './vault-words.ts';

const group = 'Vault';

export function VaultCommands() {
  const { client, stores } = useServices();
  const navigation = useNavigation();
  const toast = useToast();
  const [purpose, setPurpose] = useState<PassphrasePurpose>();
  const [question, setQuestion] = useState<'forget' | 'start-over' | 'move-to-keychain'>();

  // What fails is told by the vault's status as well; the message is for those who don't look at it now.
  const attempt = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (cause) {
      const error = asAppError(cause);
      if (error.code === 'cancelled') return;
      if (error.code === 'confirmation_required') return setQuestion('forget');
      toast({ message: [error.message, error.hint].filter(Boolean).join(' '), tone: 'danger' });
    }
  };
  const lock = (forget: boolean) => attempt(client.call('vault.lock', forget ? { forget } : {}));

  // Asked of the store itself: buttons may be drawn before this component is.
  const now = () => valueOr(stores.vault.get(), undefined);
  const isState = (...states: readonly VaultState[]) => states.some((state) => state === now()?.state);
  const isUnlockedIn = (store: StoreKind) => isState('unlocked') && now()?.store === store;
  const wantsPassphraseNow = () => {
    const vault = now();
    return vault !== undefined && wantsPassphrase(vault);
  };
  const isMoving = () => valueOr(stores.vaultMove.get(), null) !== null;
  const moveToKeychain = async () => {
    const { isCleared } = await client.call('vault.moveTo', { store: 'keychain' });
    toast(movedMessage('keychain', isCleared));
  };
  useCommands([
    {
      id: 'vault.unlock',
      title: 'Unlock vault',
      group,
      isAvailable: () => isState('locked', 'unavailable', 'choose'),
      run: () => (wantsPassphraseNow() ? setPurpose('open') : attempt(client.call('vault.unlock', {}))),
    },
    {
      id: 'vault.lock',
      title: 'Lock vault',
      group,
      shortcuts: ['Mod+Shift+L'],
      keywords: 'secrets forget',
      isAvailable: () => isState('unlocked', 'waiting'),
      run: () => (now()?.store === 'session' ? setQuestion('forget') : lock(false)),
    },
    {
      id: 'vault.useSession',
      title: 'Keep secrets for this session only',
      group,
      keywords: 'memory store',
      isAvailable: () => now() !== undefined && !isUnlockedIn('session'),
      run: () => attempt(client.call('vault.chooseStore', { store: 'session' })),
    },
    {
      id: 'vault.useKeychain',
      title: 'Keep secrets in the system keychain',
      group,
      keywords: 'store try again',
      isAvailable: () => now() !== undefined && !isUnlockedIn('keychain'),
      run: () =>
        now()?.isKeychainSealed
          ? setPurpose('openKeychain')
          : attempt(client.call('vault.chooseStore', { store: 'keychain' })),
    },
    {
      id: 'vault.useFile',
      title: 'Keep secrets in a vault file',
      group,
      keywords: 'passphrase store sealed',
      isAvailable: () => now() !== undefined && now()?.store !== 'file',
      run: () => setPurpose(now()?.hasVaultFile ? 'openFile' : 'make'),
    },
    {
      id: 'vault.moveToKeychain',
      title: 'Move secrets to the system keychain',
      group,
      keywords: 'store',
      isAvailable: () => isState('unlocked') && now()?.store !== 'keychain' && !isMoving(),
      run: () => (now()?.isKeychainSealed ? setPurpose('moveToKeychain') : setQuestion('move-to-keychain')),
    },
    {
      id: 'vault.moveToFile',
      title: 'Move secrets to a vault file',
      group,
      keywords: 'passphrase store sealed',
      isAvailable: () => isState('unlocked') && now()?.store !== 'file' && !isMoving(),
      run: () => setPurpose(now()?.hasVaultFile ? 'moveIn' : 'moveMake'),
    },
    {
      id: 'vault.cancelMove',
      title: 'Cancel the move of secrets',
      group,
      isAvailable: isMoving,
      run: () => attempt(client.call('vault.cancelMove', {})),
    },
    {
      id: 'vault.setPassphrase',
      title: 'Set a passphrase for the keychain’s secrets',
      group,
      keywords: 'seal lock',
      isAvailable: () => isUnlockedIn('keychain') && !wantsPassphraseNow() && !isMoving(),
      run: () => setPurpose('set'),
    },
    {
      id: 'vault.changePassphrase',
      title: 'Change the vault’s passphrase',
      group,
      isAvailable: () => isState('unlocked') && wantsPassphraseNow() && !isMoving(),
      run: () => setPurpose(now()?.store === 'file' ? 'change' : 'changeKeychain'),
    },
    {
      id: 'vault.removePassphrase',
      title: 'Take the keychain’s passphrase away',
      group,
      keywords: 'unseal',
      isAvailable: () => isUnlockedIn('keychain') && wantsPassphraseNow() && !isMoving(),
      run: () => setPurpose('remove'),
    },
    {
      id: 'vault.startOverFile',
      title: 'Start over with a new vault file',
      group,
      keywords: 'passphrase lost forgotten reset',
      isAvailable: () => isState('locked', 'unavailable') && now()?.store === 'file',
      run: () => setPurpose('anew'),
    },
    {
      id: 'vault.startOver',
      title: 'Start over with an empty keychain',
      group,
      keywords: 'reset',
      isAvailable: () => isState('locked') && now()?.store === 'keychain',
      run: () => setQuestion('start-over'),
    },
    {
      id: 'vault.cancelWaiting',
      title: 'Stop waiting for the keychain',
      group,
      isAvailable: () => isState('waiting'),
      run: () => attempt(client.call('vault.cancelWaiting', {})),
    },
    { id: 'vault.open', title: 'Show vault', group, run: () => navigation.go({ screen: 'vault' }) },
    {
      id: 'audit.open',
      title: 'Show audit log',
      group,
      keywords: 'history exits copied shown revealed',
      run: () => navigation.go({ screen: 'audit' }),
    },
  ]);

  return (
    <>
      <PassphraseDialog purpose={purpose} onClose={() => setPurpose(undefined)} />
      <Confirm
        isOpen={question === 'forget'}
        title="Lock the vault and forget this session’s secrets?"
        action="Lock and forget"
        isDanger
        onCancel={() => setQuestion(undefined)}
        onConfirm={() => {
          setQuestion(undefined);
          void lock(true);
        }}
      >
        <p>They are kept in memory only, so locking ends them. You will have to enter them again.</p>
      </Confirm>
      <Confirm
        isOpen={question === 'move-to-keychain'}
        title="Move every secret to the system keychain?"
        action="Move them"
        onCancel={() => setQuestion(undefined)}
        onConfirm={() => {
          setQuestion(undefined);
          navigation.go({ screen: 'vault' });
          void attempt(moveToKeychain());
        }}
      >
        <p>
          Each is copied and read back, and when all of them are there they are removed from where they are
          now. A vault file that nothing else is kept in is removed as well.
        </p>
        <p>{storePromises.keychain}</p>
      </Confirm>
      <Confirm
        isOpen={question === 'start-over'}
        title="Start over with an empty keychain?"
        action="Forget and start over"
        isDanger
        onCancel={() => setQuestion(undefined)}
        onConfirm={() => {
          setQuestion(undefined);
          void attempt(client.call('vault.chooseStore', { store: 'keychain', startOver: true }));
        }}
      >
        {now()?.isKeychainSealed ? (
          <p>
            This is for a passphrase that is lost. Latchkey forgets what is sealed, and you enter your secrets
            again. What is sealed stays in the keychain, and nobody can open it without the passphrase.
          </p>
        ) : (
          <p>
            This is for a keychain that was reset, or that belongs to another account now. Latchkey forgets
            what it had put there, and you enter your secrets again. If the keychain is only locked, unlock it
            instead.
          </p>
        )}
      </Confirm>
    </>
  );
}
