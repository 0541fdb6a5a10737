/** One app or service that was found: a line, and what is known of it below when it is open. */
import { useId } from 'react';
import type { ImportedApp, PreviewedApp } from '#shared/contract/imports.ts';
import { environments } from '#shared/contract/profiles.ts';
import {
  Badge,
  Checkbox,
  environmentLabels,
  FieldRow,
  Icon,
  Select,
  Stack,
  TextField,
} from '../../components/index.ts';
import { useProfiles, useProviders, useServiceList } from '../../state/index.ts';
import { type AppChoice, nameProblem, secretsOf, targetsOf, unanswered } from './choices.ts';
import { FoundFields } from './found-fields.tsx';
import styles from './imports.module.css';
import { fieldLabel, plural, secretName } from './words.ts';

export interface FoundAppItemProps {
  readonly app: PreviewedApp;
  readonly choice: AppChoice;
  readonly onChange: (changes: Partial<AppChoice>) => void;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly wasAttempted: boolean;
  /** What the last try came to. */
  readonly told: ImportedApp | undefined;
}

export function FoundAppItem(props: FoundAppItemProps) {
  const { app, choice, onChange, isOpen, onToggle, told } = props;
  const detailsId = useId();
  const provider = useProviders().find(({ providerId }) => providerId === app.provider);
  const found = secretsOf(app);
  const isDangerous = app.warnings.some(({ severity }) => severity === 'danger');
  const cautions = app.warnings.filter(({ severity }) => severity === 'caution').length;
  const missing = unanswered(app, choice).length;
  return (
    <li className={styles.app}>
      <div className={styles.head}>
        <Checkbox
          label={<strong className={styles.name}>{choice.into === null ? choice.name : app.name}</strong>}
          isChecked={choice.isChosen}
          onChange={(isChosen) => onChange({ isChosen })}
        />
        <span className={styles.badges}>
          <span className={styles.soft}>
            {provider?.label ?? app.provider} · {plural(found.length, 'secret', 'secrets')}
          </span>
          {isDangerous && (
            <Badge tone="danger" icon="danger-sign">
              Exposed
            </Badge>
          )}
          {cautions > 0 && (
            <Badge tone="warning" icon="warning-sign">
              {plural(cautions, 'doubt', 'doubts')}
            </Badge>
          )}
          {choice.isChosen && missing > 0 && (
            <Badge tone="warning" icon="edit">
              {plural(missing, 'answer', 'answers')} wanted
            </Badge>
          )}
          {app.existing.length > 0 && <Badge icon="check">Here already</Badge>}
        </span>
        <button
          type="button"
          className={styles.toggle}
          aria-expanded={isOpen}
          aria-controls={detailsId}
          aria-label={`Details of ${app.name}`}
          onClick={onToggle}
        >
          <Icon name={isOpen ? 'expanded' : 'collapsed'} />
        </button>
      </div>
      {isOpen && (
        <div id={detailsId} className={styles.details}>
          <Details {...props} />
        </div>
      )}
      {told?.failure && (
        <p className={styles.failure}>
          <Icon name="danger-sign" /> {told.failure.message} {told.failure.hint}
        </p>
      )}
      {told?.secrets.map(({ fieldId, version, failure }) => {
        const secret = found.find((each) => each.fieldId === fieldId && each.version === version);
        return (
          failure &&
          secret && (
            <p key={secret.id} className={styles.failure}>
              <Icon name="danger-sign" /> The {secretName(secret, provider)}: {failure.message} {failure.hint}
            </p>
          )
        );
      })}
    </li>
  );
}

function Details({ app, choice, onChange, wasAttempted }: FoundAppItemProps) {
  const providers = useProviders();
  const provider = providers.find(({ providerId }) => providerId === app.provider);
  const profiles = useProfiles() ?? [];
  const services = useServiceList() ?? [];
  const targets = targetsOf(app, { profiles, services }, providers);
  const isNew = choice.into === null;
  const missingAnswers = unanswered(app, choice);
  const name = nameProblem(choice.name);
  return (
    <Stack gap={12}>
      <FieldRow>
        {targets.length > 0 && (
          <Select
            label="Goes to"
            value={choice.into ?? 'new'}
            options={[
              { value: 'new', label: 'A new one' },
              ...targets.map((target) => ({ value: target.profileId, label: target.name })),
            ]}
            onChange={(value) => onChange({ into: value === 'new' ? null : value })}
          />
        )}
        {isNew && (
          <TextField
            label="Name"
            value={choice.name}
            onChange={(value) => onChange({ name: value })}
            problem={wasAttempted && name ? { severity: 'error', message: name } : undefined}
          />
        )}
        {isNew && (
          <Select
            label="Environment"
            value={choice.environment}
            options={environments.map((value) => ({ value, label: environmentLabels[value] }))}
            onChange={(environment) => onChange({ environment })}
          />
        )}
      </FieldRow>
      {isNew && app.asks.length > 0 && (
        <FieldRow>
          {app.asks.map((fieldId) => (
            <Asked
              key={fieldId}
              label={fieldLabel(provider, fieldId)}
              choices={choicesOf(provider, fieldId)}
              value={choice.given[fieldId] ?? ''}
              onChange={(value) => onChange({ given: { ...choice.given, [fieldId]: value } })}
              isMissing={wasAttempted && choice.isChosen && missingAnswers.includes(fieldId)}
            />
          ))}
        </FieldRow>
      )}
      <FoundFields app={app} choice={choice} onChange={onChange} provider={provider} />
      {app.warnings.length > 0 && (
        <ul className={styles.warnings} aria-label={`Warnings about ${app.name}`}>
          {app.warnings.map(({ code, severity, message, from }) => (
            <li key={`${code} ${message}`} className={styles[severity]}>
              <Icon
                name={
                  severity === 'danger'
                    ? 'danger-sign'
                    : severity === 'caution'
                      ? 'warning-sign'
                      : 'notice-sign'
                }
              />
              <span>
                {from && <span className={styles.line}>Line {from.line}. </span>}
                {message}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Stack>
  );
}

interface AskedProps {
  readonly label: string;
  /** Undefined: any text. */
  readonly choices: readonly string[] | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isMissing: boolean;
}

function Asked({ label, choices, value, onChange, isMissing }: AskedProps) {
  if (choices) {
    const options = [
      ...(value === '' ? [{ value: '', label: 'Choose…' }] : []),
      ...choices.map((each) => ({ value: each, label: each })),
    ];
    return (
      <Select
        label={label}
        value={value}
        options={options}
        onChange={onChange}
        hint="The file does not say it."
        problem={isMissing ? 'The file does not say it: choose one.' : undefined}
      />
    );
  }
  return (
    <TextField
      label={label}
      isCode
      value={value}
      onChange={onChange}
      hint="The file does not say it."
      problem={isMissing ? { severity: 'error', message: 'The file does not say it: enter it.' } : undefined}
    />
  );
}

function choicesOf(provider: ReturnType<typeof useProviders>[number] | undefined, fieldId: string) {
  const format = provider?.fields.find((field) => field.fieldId === fieldId)?.format;
  return format?.kind === 'choice' ? format.choices : undefined;
}
