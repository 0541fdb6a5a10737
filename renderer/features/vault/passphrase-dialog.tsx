/** Asks for the vault file’s passphrase: to open it, to make one, or to change it. */
import { type FormEvent, useState } from 'react';
import { assertNever } from '#shared/lib/app-error.ts';
import {
  Actions,
  Button,
  Dialog,
  ErrorNotice,
  SecretField,
  Stack,
  useToast,
} from '../../components/index.ts';
import { usePassphrase, useServices, useVault } from '../../state/index.ts';
import { MoveProgress } from './move-progress.tsx';
import { movedMessage } from './vault-words.ts';

/**
 * `open`: the file that is chosen, or one that is there. `make`: a new one. `anew`: in place of one that is lost.
 * `moveIn`, `moveMake`: everything is moved to the file that is there, or to a new one.
 */
export type PassphrasePurpose = 'open' | 'make' | 'anew' | 'change' | 'moveIn' | 'moveMake';

/** As the vault has it. */
const leastCharacters = 8;

const words: Readonly<Record<PassphrasePurpose, { readonly title: string; readonly action: string }>> = {
  open: { title: 'Unlock the vault file', action: 'Unlock' },
  make: { title: 'Keep secrets in a vault file', action: 'Make the vault file' },
  anew: { title: 'Start over with a new vault file', action: 'Set aside and start over' },
  change: { title: 'Change the passphrase', action: 'Change it' },
  moveIn: { title: 'Move secrets to the vault file', action: 'Move them' },
  moveMake: { title: 'Move secrets to a vault file', action: 'Make the vault file and move them' },
};

export interface PassphraseDialogProps {
  readonly purpose: PassphrasePurpose | undefined;
  readonly onClose: () => void;
}

export function PassphraseDialog({ purpose, onClose }: PassphraseDialogProps) {
  return (
    <Dialog
      isOpen={purpose !== undefined}
      onClose={onClose}
      title={purpose ? words[purpose].title : words.open.title}
    >
      {purpose && <PassphraseForm key={purpose} purpose={purpose} onDone={onClose} />}
    </Dialog>
  );
}

function PassphraseForm({
  purpose,
  onDone,
}: {
  readonly purpose: PassphrasePurpose;
  readonly onDone: () => void;
}) {
  const [former, setFormer] = useState('');
  const [value, setValue] = useState('');
  const [again, setAgain] = useState('');
  const [wasAttempted, setAttempted] = useState(false);
  const isChosen = useVault()?.store === 'file';
  const passphrase = usePassphrase();
  const { client } = useServices();
  const toast = useToast();
  const isNew = purpose !== 'open' && purpose !== 'moveIn';
  const isMove = purpose === 'moveIn' || purpose === 'moveMake';
  const problem = isNew ? newProblem(value) : value === '' ? 'Enter the passphrase.' : undefined;
  const mismatch = isNew && value !== again ? 'The two are not the same.' : undefined;
  const missing = purpose === 'change' && former === '' ? 'Enter the passphrase in use.' : undefined;
  const shown = (text: string | undefined) =>
    wasAttempted && text ? ({ severity: 'error', message: text } as const) : undefined;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setAttempted(true);
    if (problem || mismatch || missing) return;
    const end = await passphrase.run(
      purpose === 'change'
        ? { how: 'change', from: former, value }
        : { how: howTo(purpose, isChosen), value },
    );
    if (!end) return;
    if (isMove) toast(movedMessage('file', end === 'done'));
    onDone();
  };
  // What is being moved stops; a dialog that is only closed leaves it to the panel.
  const cancel = () => (passphrase.isPending && isMove ? void client.call('vault.cancelMove', {}) : onDone());

  return (
    <form onSubmit={submit} autoComplete="off">
      <Stack gap={12}>
        <p>{about(purpose)}</p>
        {purpose === 'change' && (
          <SecretField
            label="Passphrase in use"
            value={former}
            onChange={setFormer}
            problem={shown(missing)}
          />
        )}
        <SecretField
          label={isNew ? 'New passphrase' : 'Passphrase'}
          value={value}
          onChange={setValue}
          problem={shown(problem)}
          {...(isNew
            ? { hint: 'Several words that don’t belong together are easy to keep and hard to guess.' }
            : {})}
        />
        {isNew && (
          <SecretField label="The same again" value={again} onChange={setAgain} problem={shown(mismatch)} />
        )}
        {isMove && <MoveProgress />}
        {passphrase.error && <ErrorNotice error={passphrase.error} onDismiss={passphrase.clear} />}
        <Actions>
          <Button
            type="submit"
            variant={purpose === 'anew' ? 'danger' : 'primary'}
            isPending={passphrase.isPending}
          >
            {words[purpose].action}
          </Button>
          <Button onClick={cancel}>Cancel</Button>
        </Actions>
      </Stack>
    </form>
  );
}

function howTo(
  purpose: Exclude<PassphrasePurpose, 'change'>,
  isChosen: boolean,
): 'unlock' | 'choose' | 'anew' | 'move' {
  if (purpose === 'moveIn' || purpose === 'moveMake') return 'move';
  if (purpose === 'anew') return 'anew';
  return purpose === 'open' && isChosen ? 'unlock' : 'choose';
}

function newProblem(value: string): string | undefined {
  const isShort = [...value.normalize('NFKC')].length < leastCharacters;
  return isShort ? `A passphrase has at least ${leastCharacters} characters.` : undefined;
}

function about(purpose: PassphrasePurpose): string {
  switch (purpose) {
    case 'open':
      return 'The passphrase opens the file for as long as the vault is unlocked. Latchkey keeps it nowhere.';
    case 'make':
      return 'The file is in the data folder, sealed with your passphrase. Nobody can open it without that, and nobody can give it back to you: keep it in a password manager.';
    case 'anew':
      return 'The file that is there gets another name and stays in the data folder. Latchkey forgets what was in it, and you enter your secrets again.';
    case 'change':
      return 'The file is sealed anew. Copies of it that you made before still open with the passphrase they had.';
    case 'moveIn':
      return 'There is a vault file already, which its own passphrase opens. Every secret is copied to it and read back, and then removed from where it is now.';
    case 'moveMake':
      return 'Every secret is copied to a file in the data folder that your passphrase seals, read back, and then removed from where it is now. Nobody can open the file without the passphrase: keep it in a password manager.';
    default:
      return assertNever(purpose);
  }
}
