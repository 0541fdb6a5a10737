/** The environment of an app, each in its colour: production is guarded, so the choice is in sight. */
import { useId } from 'react';
import { type Environment, environments } from '#shared/contract/profiles.ts';
import { EnvironmentLabel, EnvironmentLine } from '../../components/index.ts';
import styles from './profile-form.module.css';

const meanings: Readonly<Record<Environment, string>> = {
  production: 'Publishing asks first.',
  staging: 'Close to the real thing.',
  development: 'Yours to break.',
  local: 'On this machine.',
};

export interface EnvironmentChoiceProps {
  readonly value: Environment;
  readonly onChange: (environment: Environment) => void;
}

export function EnvironmentChoice({ value, onChange }: EnvironmentChoiceProps) {
  const name = useId();
  return (
    <fieldset className={styles.environments}>
      <legend className={styles.label}>Environment</legend>
      <div className={styles.environmentGrid}>
        {environments.map((environment) => (
          <label key={environment} className={styles.environment}>
            <EnvironmentLine environment={environment} />
            <input
              type="radio"
              name={name}
              value={environment}
              checked={value === environment}
              onChange={() => onChange(environment)}
            />
            <span className={styles.environmentText}>
              <EnvironmentLabel environment={environment} />
              <span className={styles.faint}>{meanings[environment]}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
