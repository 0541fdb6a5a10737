/** Field by field: what it is, where it stands in the file, and what becomes of it. A secret has no value here. */
import type { FoundField, PreviewedApp } from '#shared/contract/imports.ts';
import type { Provider } from '#shared/contract/providers.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { Checkbox, Name, SlotLabel } from '../../components/index.ts';
import { useCredentials } from '../../state/index.ts';
import { slotWord } from '../vault/index.ts';
import { type AppChoice, type FoundSecret, fateOf, secretsOf } from './choices.ts';
import styles from './imports.module.css';
import { fieldLabel, secretName } from './words.ts';

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
  const secrets = secretsOf(app);
  const fate = (secret: FoundSecret | undefined) =>
    secret && (
      <SecretFateCell {...{ secret, choice, onChange, credentials }} name={secretName(secret, provider)} />
    );
  return (
    <div className={styles.scroller}>
      <table className={styles.fields} aria-label={`Fields of ${app.name}`}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Value</th>
            <th scope="col">{app.versions ? 'In the bundle' : 'In the file'}</th>
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
                {app.versions ? (
                  <span className={styles.soft}>–</span>
                ) : (
                  <>
                    <code>{field.from.name}</code> <span className={styles.line}>line {field.from.line}</span>
                  </>
                )}
              </td>
              <td>
                {field.isSecret ? (
                  fate(secrets.find(({ fieldId }) => fieldId === field.fieldId))
                ) : (
                  <span className={styles.soft}>{publicFate(field, app, choice)}</span>
                )}
              </td>
            </tr>
          ))}
          {app.versions &&
            secrets.map((secret) => (
              <tr key={secret.id}>
                <th scope="row">{fieldLabel(provider, secret.fieldId)}</th>
                <td>
                  <Masked fingerprint={secret.fingerprint} />
                </td>
                <td>
                  <VersionPlace secret={secret} />
                </td>
                <td>{fate(secret)}</td>
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

/** What it was where the bundle was made, in the words of the keys’ own screen. */
function VersionPlace({ secret: { fieldId, slot, label, key } }: { readonly secret: FoundSecret }) {
  return (
    <span className={styles.place}>
      <SlotLabel slot={slot} word={slotWord(fieldId, slot)} />
      {label !== null && <span>{label}</span>}
      {key !== null && (
        <span className={styles.soft}>
          key <Name text={key} />
        </span>
      )}
    </span>
  );
}

interface SecretFateProps {
  readonly secret: FoundSecret;
  readonly name: string;
  readonly choice: AppChoice;
  readonly onChange: (changes: Partial<AppChoice>) => void;
  readonly credentials: readonly Credential[];
}

function SecretFateCell({ secret, name, choice, onChange, credentials }: SecretFateProps) {
  const { id, fieldId } = secret;
  const fate = fateOf(secret, credentials);
  if (fate.kind === 'present') {
    return (
      <span>
        Here already, as <SlotLabel slot={fate.slot} word={slotWord(fieldId, fate.slot)} />
      </span>
    );
  }
  const isTaken = !choice.leftOut.includes(id);
  const isBeside = fate.kind === 'beside' && isTaken;
  const toggled = (list: readonly string[], isIn: boolean) =>
    isIn ? [...list.filter((each) => each !== id), id] : list.filter((each) => each !== id);
  return (
    <span className={styles.fate}>
      <Checkbox
        label={`Put the ${name} into the vault`}
        isChecked={isTaken}
        onChange={(isIn) => onChange({ leftOut: toggled(choice.leftOut, !isIn) })}
      />
      {isBeside && secret.slot === 'current' && (
        <Checkbox
          label="Use it from now on; the one that is here stays beside it"
          isChecked={choice.defaults.includes(id)}
          onChange={(isIn) => onChange({ defaults: toggled(choice.defaults, isIn) })}
        />
      )}
      {isBeside && secret.slot !== 'current' && (
        <span className={styles.soft}>
          Another one is <SlotLabel slot={secret.slot} word={slotWord(fieldId, secret.slot)} /> here: it goes
          beside that, as <SlotLabel slot="extra" />.
        </span>
      )}
    </span>
  );
}
