/** A path that the user names, by the way that the host has: its dialog, or a field. */
import type { ReactNode } from 'react';
import type { FilePurpose } from '#shared/contract/files.ts';
import { ErrorNotice, type FieldProblem, PathField, Stack } from '../../components/index.ts';
import { useCall, useReadable, useServices, valueOr } from '../../state/index.ts';

export interface UserPathProps {
  readonly label: string;
  readonly purpose: FilePurpose;
  /** A file's name, for a dialog to begin with. */
  readonly suggestedName?: string;
  /** Shown in an empty field, in place of the usual one. */
  readonly exampleName?: string;
  /** Empty: none yet. */
  readonly value: string;
  readonly onChange: (path: string) => void;
  readonly hint?: ReactNode;
  readonly problem?: FieldProblem | undefined;
  readonly autoFocus?: boolean;
}

export function UserPath({ purpose, suggestedName, exampleName, onChange, ...field }: UserPathProps) {
  const about = valueOr(useReadable(useServices().stores.about), undefined);
  const choose = useCall('files.choose');
  const open = async () => {
    const chosen = await choose.run({ purpose, ...(suggestedName ? { suggestedName } : {}) });
    if (chosen?.path) onChange(chosen.path);
  };
  return (
    <Stack gap={8}>
      <PathField
        {...field}
        onChange={onChange}
        exampleName={exampleName ?? (purpose === 'sweep' ? '' : suggestedName)}
        kind={about?.platform === 'win32' ? 'windows' : 'posix'}
        isChoosing={choose.isPending}
        onChoose={about?.hasFilePicker ? () => void open() : undefined}
      />
      {choose.error && <ErrorNotice error={choose.error} onDismiss={choose.clear} />}
    </Stack>
  );
}
