/** Where the credentials are: in a file, or on the clipboard. */
import { type FormEvent, useState } from 'react';
import type { ImportPreview } from '#shared/contract/imports.ts';
import { Actions, Button, ErrorNotice, PasteField, Section, Stack } from '../../components/index.ts';
import { useCall, useImportText, useVault } from '../../state/index.ts';
import { UserPath } from '../files/index.ts';
import { VaultNotice } from '../vault/index.ts';

export type SourceKind = 'file' | 'clipboard';

export interface ImportSourceProps {
  readonly onOpened: (preview: ImportPreview, from: SourceKind) => void;
}

export function ImportSource({ onOpened }: ImportSourceProps) {
  const [path, setPath] = useState('');
  const [wasAttempted, setAttempted] = useState(false);
  const openFile = useCall('imports.open');
  const openText = useImportText();
  const state = useVault()?.state;
  const isReachable = state === undefined || state === 'unlocked' || state === 'opening';

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setAttempted(true);
    if (path === '' || !isReachable) return;
    openText.clear();
    const preview = await openFile.run({ path });
    if (preview) onOpened(preview, 'file');
  };
  const take = async (text: string) => {
    openFile.clear();
    const preview = await openText.run(text);
    if (preview) onOpened(preview, 'clipboard');
  };
  return (
    <Stack gap={24}>
      <p>
        Apps, keys and secrets out of a <code>.env</code>, a configuration of soketi, Reverb or Laravel, JSON,
        or what a dashboard copies. The vault reads it: you see what was found, and no secret comes out.
      </p>
      <VaultNotice>It reads nothing before it is open.</VaultNotice>
      <Section title="From a file">
        <form onSubmit={submit} autoComplete="off">
          <Stack gap={12}>
            <UserPath
              label="File"
              purpose="import"
              value={path}
              onChange={setPath}
              autoFocus
              hint="It is read where it lies, and not changed."
              problem={
                wasAttempted && path === ''
                  ? { severity: 'error', message: 'Name the file first.' }
                  : undefined
              }
            />
            {openFile.error && <ErrorNotice error={openFile.error} onDismiss={openFile.clear} />}
            <Actions>
              <Button type="submit" variant="primary" isPending={openFile.isPending}>
                See what is in it
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
