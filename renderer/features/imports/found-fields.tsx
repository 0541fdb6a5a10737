/** Field by field: what it is, where it stands in the file, and what becomes of it. A secret has no value here. */
import type { FoundField, PreviewedApp } from '#shared/contract/imports.ts';
import type { Provider } from '#shared/contract/providers.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { Checkbox, Name, SlotLabel } from '../../components/index.ts';
import { useCredentials } from '../../state/index.ts';
import { type AppChoice, fateOf } from './choices.ts';
import styles from './imports.module.css';
import { fieldLabel } from './words.ts';

export interface FoundFieldsProps {
  readonly app: PreviewedApp;
  readonly choice: AppChoice;
  readonly onChange: (changes: Partial<AppChoice>) => void;
  readonly provider: Provider | undefined;
}

export function FoundFields(props: FoundFieldsProps) {
  const { into } = props.choice;
  return into === null ? (
    <Fields {...props} credentials={[]} />
  ) : (
    <FieldsBeside key={into} {...props} profileId={into} />
  );
}

function FieldsBeside({ profileId, ...props }: FoundFieldsProps & { readonly profileId: string }) {
  return <Fields {...props} credentials={useCredentials(profileId) ?? []} />;
}

function Fields({
  app,
  choice,
  onChange,
  provider,
  credentials,
}: FoundFieldsProps & { readonly credentials: readonly Credential[] }) {
  return (
    <div className={styles.scroller}>
      <table className={styles.fields} aria-label={`Fields of ${app.name}`}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Value</th>
            <th scope="col">In the file</th>
            <th scope="col">What becomes of it</th>
          </tr>
        </thead>
        <tbody>
          {app.fields.map((field) => (
            <tr key={field.fieldId}>
              <th scope="row">{fieldLabel(provider, field.fieldId)}</th>
              <td>
                {field.isSecret ? (
                  <Masked fingerprint={field.fingerprint} />
                ) : (
                  <PublicValue value={field.value} />
                )}
              </td>
              <td>
                <code>{field.from.name}</code> <span className={styles.line}>line {field.from.line}</span>
              </td>
              <td>
                {field.isSecret ? (
                  <SecretFateCell
                    {...{ field, choice, onChange, credentials }}
                    label={fieldLabel(provider, field.fieldId)}
                  />
                ) : (
                  <span className={styles.soft}>{publicFate(field, app, choice)}</span>
                )}
              </td>
            </tr>
          ))}
          {choice.into === null &&
            app.assumed.map(({ fieldId, value }) => (
              <tr key={fieldId}>
                <th scope="row">{fieldLabel(provider, fieldId)}</th>
                <td>
                  <PublicValue value={value} />
                </td>
                <td className={styles.soft}>not there</td>
                <td className={styles.soft}>Assumed. It can be changed later.</td>
              </tr>
            ))}
          {app.missing
            .filter(({ fieldId }) => !app.asks.includes(fieldId))
            .map(({ fieldId, neededFor }) => (
              <tr key={fieldId}>
                <th scope="row">{fieldLabel(provider, fieldId)}</th>
                <td className={styles.soft}>–</td>
                <td className={styles.soft}>not there</td>
                <td className={styles.soft}>{neededWords[neededFor]}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

const neededWords = {
  everything: 'Nothing works without it. It can be entered later.',
  servers: 'Needed to sign and publish. It can be entered later.',
  connecting: 'Needed to find the server.',
} as const;

function publicFate({ fieldId }: FoundField, { provider, asks }: PreviewedApp, { into }: AppChoice): string {
  const hasNoPlace = ['enabled', 'clientMessages', 'userAuthentication', 'allowedOrigins', 'appName'];
  if (hasNoPlace.includes(fieldId)) return provider === 'master-key' ? '' : 'For your eyes only.';
  if (into !== null) return 'Left as it is here.';
  return asks.includes(fieldId) ? 'Not usable as it stands: asked above.' : 'Public: part of the app.';
}

function PublicValue({ value }: { readonly value: string | null }) {
  if (value === null) return <span className={styles.soft}>withheld: the same as a secret</span>;
  return <Name text={value} />;
}

function Masked({ fingerprint }: { readonly fingerprint: string }) {
  return (
    <span className={styles.masked}>
      ••••
      <span className={styles.line} title="Keyed fingerprint: equal for equal secrets, and says nothing else">
        {' '}
        fingerprint <code>{fingerprint}</code>
      </span>
    </span>
  );
}

interface SecretFateProps {
  readonly field: Extract<FoundField, { readonly isSecret: true }>;
  readonly label: string;
  readonly choice: AppChoice;
  readonly onChange: (changes: Partial<AppChoice>) => void;
  readonly credentials: readonly Credential[];
}

function SecretFateCell({ field, label, choice, onChange, credentials }: SecretFateProps) {
  const { fieldId } = field;
  const fate = fateOf(field, credentials);
  if (fate.kind === 'present') {
    return (
      <span>
        Here already, as <SlotLabel slot={fate.slot} />
      </span>
    );
  }
  const isTaken = !choice.leftOut.includes(fieldId);
  const toggled = (list: readonly string[], isIn: boolean) =>
    isIn ? [...list.filter((each) => each !== fieldId), fieldId] : list.filter((each) => each !== fieldId);
  return (
    <span className={styles.fate}>
      <Checkbox
        label={`Put the ${lowerFirst(label)} into the vault`}
        isChecked={isTaken}
        onChange={(isIn) => onChange({ leftOut: toggled(choice.leftOut, !isIn) })}
      />
      {fate.kind === 'beside' && isTaken && (
        <Checkbox
          label="Use it from now on; the one that is here stays beside it"
          isChecked={choice.defaults.includes(fieldId)}
          onChange={(isIn) => onChange({ defaults: toggled(choice.defaults, isIn) })}
        />
      )}
    </span>
  );
}

function lowerFirst(label: string): string {
  return /^[A-Z][a-z]/.test(label) ? label.slice(0, 1).toLowerCase() + label.slice(1) : label;
}
