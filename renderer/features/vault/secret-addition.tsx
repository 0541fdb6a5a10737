/** Enters another value beside those that are there: a pair with its key, or a value, each with what it is called. */
import type { Credential } from '#shared/contract/vault.ts';
import { Button, ErrorNotice, Row, Stack, TextField } from '../../components/index.ts';
import { useCall, useDraft } from '../../state/index.ts';
import { useKindName } from './credential-line.tsx';
import { lowerFirst } from './credential-words.ts';
import { LabelField } from './label-field.tsx';
import { SecretEntry } from './secret-entry.tsx';
import { appKeyProblem, labelProblem } from './secret-problems.ts';

export interface SecretAdditionProps {
  readonly profileId: string;
  readonly kind: string;
  readonly onEntered: (credential: Credential) => void;
  readonly onCancel: () => void;
}

/** The secret itself is in no draft. */
interface Draft {
  readonly label: string;
  readonly key: string;
}
const empty: Draft = { label: '', key: '' };

export function SecretAddition({ profileId, kind, onEntered, onCancel }: SecretAdditionProps) {
  const kindName = useKindName();
  const [draft, setDraft] = useDraft<Draft>(`add-secret:${profileId}:${kind}`, empty);
  const make = useCall('vault.generateMasterKey');
  const isPair = kind === 'secret';
  const label = draft.label.trim();
  const key = draft.key.trim();
  const keyProblem = isPair ? appKeyProblem(key) : undefined;
  const problem = labelProblem(label) ?? keyProblem;
  const name = lowerFirst(kindName(kind));
  const done = (credential: Credential) => {
    setDraft(empty);
    onEntered(credential);
  };
  return (
    <Stack gap={8}>
      <SecretEntry
        profileId={profileId}
        kind={kind}
        slot="extra"
        appKey={key}
        credentialLabel={label}
        problem={problem}
        label={isPair ? 'Its secret' : `Another ${name}`}
        action={isPair ? 'Add the pair' : `Add the ${name}`}
        fields={
          <>
            <LabelField value={draft.label} onChange={(next) => setDraft({ ...draft, label: next })} />
            {isPair && (
              <TextField
                label="Key of the pair"
                isCode
                value={draft.key}
                onChange={(next) => setDraft({ ...draft, key: next })}
                hint="Public: a signature names it."
                problem={
                  draft.key !== '' && keyProblem ? { severity: 'error', message: keyProblem } : undefined
                }
              />
            )}
          </>
        }
        onEntered={done}
        onCancel={onCancel}
      />
      {kind === 'masterKey' && (
        <Row>
          <span>Or let the vault</span>
          <Button
            isPending={make.isPending}
            onClick={async () => {
              if (labelProblem(label)) return;
              const made = await make.run({ profileId, slot: 'extra', ...(label ? { label } : {}) });
              if (made) done(made);
            }}
          >
            Make one
          </Button>
        </Row>
      )}
      {make.error && <ErrorNotice error={make.error} onDismiss={make.clear} />}
    </Stack>
  );
}
