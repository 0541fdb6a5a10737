/** Where the credentials are: in a file, which may be a sealed bundle, or on the clipboard. */
import { type FormEvent, useState } from 'react';
import type { ImportPreview } from '#shared/contract/imports.ts';
import {
  Actions,
  Button,
  ErrorNotice,
  PasteField,
  SecretField,
  Section,
  Stack,
} from '../../components/index.ts';
import { useCall, useImportText, useOpenBundle, useVault } from '../../state/index.ts';
import { UserPath } from '../files/index.ts';
import { VaultNotice } from '../vault/index.ts';

export type SourceKind = 'file' | 'bundle' | 'clipboard';

export interface ImportSourceProps {
  readonly onOpened: (preview: ImportPreview, from: SourceKind) => void;
}

export function ImportSource({ onOpened }: ImportSourceProps) {
  const [path, setPath] = useState('');
  const [wasAttempted, setAttempted] = useState(false);
  const [passphrase, setPassphrase] = useState('');
  /** The path that was opened last. */
  const [opened, setOpened] = useState<string>();
  const openFile = useCall('imports.open');
  const openBundle = useOpenBundle();
  const openText = useImportText();
  const state = useVault()?.state;
  const isReachable = state === undefined || state === 'unlocked' || state === 'opening';
  const wantsPassphrase = openFile.error?.code === 'passphrase_required';
  const isSealed = wantsPassphrase && opened === path;

  const choosePath = (chosen: string) => {
    setPath(chosen);
    setPassphrase('');
    setAttempted(false);
    openBundle.clear();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setAttempted(true);
    if (path === '' || !isReachable) return;
    openText.clear();
    if (isSealed) {
      if (passphrase === '') return;
      const preview = await openBundle.run({ path, value: passphrase });
      if (preview) onOpened(preview, 'bundle');
      return;
    }
    setOpened(path);
    const preview = await openFile.run({ path });
    if (preview) onOpened(preview, 'file');
    // Nothing was wrong with what was entered until now.
    setAttempted(false);
  };
  const take = async (text: string) => {
    openFile.clear();
    openBundle.clear();
    setPassphrase('');
    const preview = await openText.run(text);
    if (preview) onOpened(preview, 'clipboard');
  };
  return (
    <Stack gap={24}>
      <p>
        Apps, keys and secrets out of a <code>.env</code>, a configuration of soketi, Reverb or Laravel, JSON,
        what a dashboard copies, or a bundle that Latchkey exported. The vault reads it: you see what was
        found, and no secret comes out.
      </p>
      <VaultNotice>It reads nothing before it is open.</VaultNotice>
      <Section title="From a file">
        <form onSubmit={submit} autoComplete="off">
          <Stack gap={12}>
            <UserPath
              label="File"
              purpose="import"
              value={path}
              onChange={choosePath}
              autoFocus
              hint="It is read where it lies, and not changed."
              problem={
                wasAttempted && path === ''
                  ? { severity: 'error', message: 'Name the file first.' }
                  : undefined
              }
            />
            {isSealed && (
              <SecretField
                label="Passphrase of the bundle"
                value={passphrase}
                onChange={setPassphrase}
                autoFocus
                hint="This file is a sealed bundle. Enter the passphrase that it was exported with."
                problem={
                  wasAttempted && passphrase === ''
                    ? { severity: 'error', message: 'Enter the passphrase.' }
                    : undefined
                }
              />
            )}
            {openFile.error && !wantsPassphrase && (
              <ErrorNotice error={openFile.error} onDismiss={openFile.clear} />
            )}
            {openBundle.error && <ErrorNotice error={openBundle.error} onDismiss={openBundle.clear} />}
            <Actions>
              <Button type="submit" variant="primary" isPending={openFile.isPending || openBundle.isPending}>
                {isSealed ? 'Open the bundle' : 'See what is in it'}
              </Button>
            </Actions>
          </Stack>
        </form>
      </Section>
      <Section title="From the clipboard">
        <Stack gap={12}>
          <PasteField
            label="What a dashboard copied"
            placeholder="Paste here"
            isDisabled={!isReachable || openText.isPending}
            hint="It goes straight to the vault, and is not shown here."
            onText={(text) => void take(text)}
          />
          {openText.error && <ErrorNotice error={openText.error} onDismiss={openText.clear} />}
        </Stack>
      </Section>
    </Stack>
  );
}
