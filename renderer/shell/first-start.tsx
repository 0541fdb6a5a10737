/** Before there is any app: ways to begin, each of which leads to live events in under a minute. */

import { useState } from 'react';
import { CommandButton } from '../commands/index.ts';
import { Button, EmptyState, ErrorNotice, Notice } from '../components/index.ts';
import { useCall, useNavigation, useVault } from '../state/index.ts';
import styles from './first-start.module.css';

export function FirstStart() {
  const navigation = useNavigation();
  const sandbox = useTrySandbox();
  return (
    <EmptyState
      icon="key"
      title="See what really happens on your channels"
      actions={
        <>
          <Button
            variant={sandbox.needsStore ? 'plain' : 'primary'}
            icon="sandbox"
            isPending={sandbox.isPending}
            onClick={() => void sandbox.start()}
          >
            Try it with the built-in sandbox
          </Button>
          <Button icon="add" onClick={() => navigation.go({ screen: 'profile-form', profileId: null })}>
            Add an app
          </Button>
          <CommandButton command="vault.import" label="Import a .env…" icon="incoming" />
          {sandbox.needsStore && (
            <div className={styles.notice}>
              <Notice
                tone="notice"
                title="Where may Latchkey keep secrets?"
                actions={
                  <>
                    <Button
                      variant="primary"
                      isPending={sandbox.isPending}
                      onClick={() => void sandbox.keepForSession()}
                    >
                      Keep secrets for this session only
                    </Button>
                    <CommandButton command="vault.useFile" label="Use a vault file" icon="key" />
                  </>
                }
              >
                {sandbox.reason ?? 'No keychain of the operating system can be used here.'} Kept in memory,
                they are forgotten when Latchkey ends. Nothing is written down.
              </Notice>
            </div>
          )}
          {sandbox.error && (
            <div className={styles.notice}>
              <ErrorNotice
                error={sandbox.error}
                onRetry={() => void sandbox.start()}
                onDismiss={sandbox.clear}
              />
            </div>
          )}
        </>
      }
    >
      The sandbox is a Channels server that comes with Latchkey and runs on this machine only. Or add an app
      of Pusher, Soketify, soketi, Laravel Reverb or Sockudo: its secrets stay in the vault.
    </EmptyState>
  );
}

/** Starts the sandbox, and first settles where secrets are kept. */
function useTrySandbox() {
  const navigation = useNavigation();
  const vault = useVault();
  const unlock = useCall('vault.unlock');
  const choose = useCall('vault.chooseStore');
  const startSandbox = useCall('sandbox.start');
  const [wantsStore, setWantsStore] = useState(false);
  const isWithoutStore = vault?.state === 'choose' || vault?.state === 'unavailable';

  const open = async () => {
    const status = await startSandbox.run({});
    if (status?.profileId) navigation.openApp(status.profileId, 'inspector');
  };
  const start = async () => {
    // Asked only where there is a store to choose, which an opening vault may not know yet.
    setWantsStore(true);
    if (isWithoutStore) return;
    if (vault?.state !== 'unlocked' && !(await unlock.run({}))) return;
    await open();
  };
  const keepForSession = async () => {
    if (!(await choose.run({ store: 'session' }))) return;
    setWantsStore(false);
    await open();
  };
  const needsStore = wantsStore && isWithoutStore;
  const clear = () => {
    unlock.clear();
    choose.clear();
    startSandbox.clear();
  };
  return {
    start,
    keepForSession,
    clear,
    needsStore,
    reason: vault?.reason,
    isPending: unlock.isPending || choose.isPending || startSandbox.isPending,
    // What is asked below says why the keychain can't be used.
    error: (needsStore ? undefined : unlock.error) ?? choose.error ?? startSandbox.error,
  };
}
