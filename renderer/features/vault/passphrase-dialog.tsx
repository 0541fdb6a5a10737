/** Asks for the passphrase of a vault file or a sealed keychain: to open it, to make it, to change it, to move there. */
import { type FormEvent, useState } from 'react';
import {
  Actions,
  Button,
  Dialog,
  ErrorNotice,
  SecretField,
  Stack,
  type ToastMessage,
  useToast,
} from '../../components/index.ts';
import { type PassphraseInput, usePassphrase, useServices } from '../../state/index.ts';
import { MoveProgress } from './move-progress.tsx';
import { movedMessage, sealedMessage } from './vault-words.ts';

/**
 * - `open`: what is chosen. `openFile`, `openKeychain`: one that is there, and is chosen so.
 * - `make`: a new file. `anew`: in place of one whose passphrase is lost.
 * - `moveIn`, `moveMake`, `moveToKeychain`: everything is moved to the file that is there, a new one, or a keychain that
 *   is sealed.
 * - `set`, `changeKeychain`, `remove`: of what is in the keychain. `change`: of the file.
 */
export type PassphrasePurpose =
  | 'open'
  | 'openFile'
  | 'openKeychain'
  | 'make'
  | 'anew'
  | 'moveIn'
  | 'moveMake'
  | 'moveToKeychain'
  | 'set'
  | 'change'
  | 'changeKeychain'
  | 'remove';

/** As the vault has it. */
const leastCharacters = 8;

interface Words {
  readonly title: string;
  readonly action: string;
  readonly about: string;
  readonly how: PassphraseInput['how'];
  readonly isNew?: true;
  readonly isDanger?: true;
  /** It takes as long as a move does, and is followed like one. */
  readonly end?: (isCleared: boolean) => ToastMessage;
}

const keptNowhere = 'Latchkey keeps the passphrase nowhere.';
const nobodyElse =
  'Nobody can open it without the passphrase, and nobody can give it back to you: keep it in a password manager.';

const purposes: Readonly<Record<PassphrasePurpose, Words>> = {
  open: {
    title: 'Unlock the vault',
    action: 'Unlock',
    about: `It opens the vault until that is locked. ${keptNowhere}`,
    how: 'unlock',
  },
  openFile: {
    title: 'Unlock the vault file',
    action: 'Unlock',
    about: `It opens the file for as long as the vault is unlocked. ${keptNowhere}`,
    how: 'choose',
  },
  openKeychain: {
    title: 'Unlock what is sealed in the keychain',
    action: 'Unlock',
    about: `It opens what is sealed in the keychain for as long as the vault is unlocked. ${keptNowhere}`,
    how: 'keychain',
  },
  make: {
    title: 'Keep secrets in a vault file',
    action: 'Make the vault file',
    about: `The file is in the data folder, sealed with your passphrase. ${nobodyElse}`,
    how: 'choose',
    isNew: true,
  },
  anew: {
    title: 'Start over with a new vault file',
    action: 'Set aside and start over',
    about:
      'The file that is there gets another name and stays in the data folder. Latchkey forgets what was in it, and you enter your secrets again.',
    how: 'anew',
    isNew: true,
    isDanger: true,
  },
  moveIn: {
    title: 'Move secrets to the vault file',
    action: 'Move them',
    about:
      'There is a vault file already, which its own passphrase opens. Every secret is copied to it and read back, and then removed from where it is now.',
    how: 'move',
    end: (isCleared) => movedMessage('file', isCleared),
  },
  moveMake: {
    title: 'Move secrets to a vault file',
    action: 'Make the vault file and move them',
    about: `Every secret is copied to a file in the data folder that your passphrase seals, read back, and then removed from where it is now. ${nobodyElse}`,
    how: 'move',
    isNew: true,
    end: (isCleared) => movedMessage('file', isCleared),
  },
  moveToKeychain: {
    title: 'Move secrets to the system keychain',
    action: 'Move them',
    about:
      'What is in the keychain is sealed with a passphrase. Every secret is sealed with it too, read back, and then removed from where it is now.',
    how: 'moveToKeychain',
    end: (isCleared) => movedMessage('keychain', isCleared),
  },
  set: {
    title: 'Set a passphrase for the keychain’s secrets',
    action: 'Seal them',
    about: `Every secret is sealed with your passphrase before the keychain gets it. Other programs of yours can ask the keychain, and get nothing that they can read. ${nobodyElse}`,
    how: 'set',
    isNew: true,
    end: (isCleared) =>
      sealedMessage('The keychain’s secrets are sealed with your passphrase now.', isCleared),
  },
  change: {
    title: 'Change the passphrase',
    action: 'Change it',
    about:
      'The file is sealed anew. Copies of it that you made before still open with the passphrase they had.',
    how: 'change',
    isNew: true,
  },
  changeKeychain: {
    title: 'Change the passphrase',
    action: 'Change it',
    about: 'Every secret is sealed anew and read back, and then what was sealed before is removed.',
    how: 'change',
    isNew: true,
    end: (isCleared) =>
      sealedMessage('The keychain’s secrets are sealed with the new passphrase.', isCleared),
  },
  remove: {
    title: 'Take the passphrase away',
    action: 'Take it away',
    about:
      'The secrets are kept in the keychain as they are. While the keychain itself is unlocked, other programs of yours may be able to read them there.',
    how: 'remove',
    end: (isCleared) => sealedMessage('The keychain’s secrets need no passphrase any more.', isCleared),
  },
};

export interface PassphraseDialogProps {
  readonly purpose: PassphrasePurpose | undefined;
  readonly onClose: () => void;
}

export function PassphraseDialog({ purpose, onClose }: PassphraseDialogProps) {
  return (
    <Dialog isOpen={purpose !== undefined} onClose={onClose} title={purposes[purpose ?? 'open'].title}>
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
  const passphrase = usePassphrase();
  const { client } = useServices();
  const toast = useToast();
  const { action, about, how, isNew = false, isDanger = false, end } = purposes[purpose];
  const problem = isNew ? newProblem(value) : value === '' ? 'Enter the passphrase.' : undefined;
  const mismatch = isNew && value !== again ? 'The two are not the same.' : undefined;
  const missing = how === 'change' && former === '' ? 'Enter the passphrase in use.' : undefined;
  const shown = (text: string | undefined) =>
    wasAttempted && text ? ({ severity: 'error', message: text } as const) : undefined;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setAttempted(true);
    if (problem || mismatch || missing) return;
    const outcome = await passphrase.run(how === 'change' ? { how, from: former, value } : { how, value });
    if (!outcome) return;
    if (end) toast(end(outcome === 'done'));
    onDone();
  };
  // What is being moved stops; a dialog that is only closed leaves it to the panel.
  const cancel = () => (passphrase.isPending && end ? void client.call('vault.cancelMove', {}) : onDone());

  return (
    <form onSubmit={submit} autoComplete="off">
      <Stack gap={12}>
        <p>{about}</p>
        {how === 'change' && (
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
        {end && <MoveProgress />}
        {passphrase.error && <ErrorNotice error={passphrase.error} onDismiss={passphrase.clear} />}
        <Actions>
          <Button type="submit" variant={isDanger ? 'danger' : 'primary'} isPending={passphrase.isPending}>
            {action}
          </Button>
          <Button onClick={cancel}>Cancel</Button>
        </Actions>
      </Stack>
    </form>
  );
}

function newProblem(value: string): string | undefined {
  const isShort = [...value.normalize('NFKC')].length < leastCharacters;
  return isShort ? `A passphrase has at least ${leastCharacters} characters.` : undefined;
}
