/** What was found, and what becomes of it: dangers first, then app by app. */
import { useEffect, useRef, useState } from 'react';
import type { ImportedApp, ImportPreview } from '#shared/contract/imports.ts';
import { environments } from '#shared/contract/profiles.ts';
import {
  Actions,
  Button,
  ErrorNotice,
  environmentLabels,
  Notice,
  Row,
  Select,
  Stack,
  TextField,
} from '../../components/index.ts';
import { useCall, useVault } from '../../state/index.ts';
import { VaultNotice } from '../vault/index.ts';
import { type AppChoice, type Choices, countChosen, firstIncomplete, toApply } from './choices.ts';
import { FoundAppItem } from './found-app-item.tsx';
import styles from './imports.module.css';
import { plural } from './words.ts';

export interface ImportPreviewProps {
  readonly preview: ImportPreview;
  readonly choices: Choices;
  readonly onChoices: (choices: Choices) => void;
  readonly onCancel: () => void;
  readonly onDone: (apps: readonly ImportedApp[]) => void;
}

/** With more of them, each is one line until it is opened. */
const openLimit = 3;
const dangersShown = 5;

export function ImportPreviewView({ preview, choices, onChoices, onCancel, onDone }: ImportPreviewProps) {
  const { apps, problems, unrecognised } = preview;
  const apply = useCall('imports.apply');
  const state = useVault()?.state;
  const summary = useRef<HTMLParagraphElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [wasAttempted, setAttempted] = useState(false);
  const [opened, setOpened] = useState<ReadonlySet<number>>(
    () => new Set(apps.length <= openLimit ? apps.map(({ index }) => index) : []),
  );
  /** What the last try came to, when something was left to do. */
  const [told, setTold] = useState<readonly ImportedApp[]>();
  // What was pressed to come here is gone.
  useEffect(() => summary.current?.focus(), []);
  const [filter, setFilter] = useState('');
  const isMany = apps.length > openLimit;
  const wanted = filter.trim().toLowerCase();
  const shown = apps.filter(({ name }) => name.toLowerCase().includes(wanted));
  const chosen = countChosen(apps, choices);
  const isLocked = state !== undefined && state !== 'unlocked' && state !== 'waiting';
  const change = (index: number, changes: Partial<AppChoice>) => {
    const choice = choices[index];
    if (choice) onChoices({ ...choices, [index]: { ...choice, ...changes } });
  };
  const toggle = (index: number) =>
    setOpened(
      opened.has(index) ? new Set([...opened].filter((each) => each !== index)) : new Set([...opened, index]),
    );
  const changeShown = (changes: Partial<AppChoice>) =>
    onChoices({
      ...choices,
      ...Object.fromEntries(
        shown.flatMap(({ index }) => {
          const choice = choices[index];
          return choice ? [[index, { ...choice, ...changes }]] : [];
        }),
      ),
    });

  const submit = async () => {
    setAttempted(true);
    const incomplete = firstIncomplete(apps, choices);
    if (incomplete !== undefined) {
      setFilter('');
      setOpened(new Set([...opened, incomplete]));
      // After it is drawn.
      requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
      return;
    }
    const result = await apply.run(toApply(preview, choices));
    if (!result) return;
    const isWhole = result.apps.every(
      ({ failure, secrets }) => !failure && secrets.every((secret) => !secret.failure),
    );
    if (isWhole) onDone(result.apps);
    else setTold(result.apps);
  };
  const dangers = apps.flatMap(({ name, warnings }) =>
    warnings.flatMap(({ severity, message }) => (severity === 'danger' ? [{ name, message }] : [])),
  );
  const actions = (
    <Actions>
      {apps.length > 0 && (
        <Button
          variant="primary"
          isPending={apply.isPending}
          disabled={chosen.apps === 0 || isLocked}
          onClick={() => void submit()}
        >
          {told ? 'Import again' : actionWords(chosen)}
        </Button>
      )}
      <Button onClick={onCancel}>{apps.length === 0 ? 'Open another file' : 'Cancel'}</Button>
    </Actions>
  );
  return (
    <Stack gap={16}>
      <p className={styles.summary} ref={summary} tabIndex={-1}>
        {apps.length === 0
          ? 'Nothing to import was found.'
          : `${plural(apps.length, 'app or service', 'apps and services')} found.`}
        {unrecognised > 0 && ` ${plural(unrecognised, 'setting', 'settings')} of other programs left alone.`}
      </p>
      {dangers.length > 0 && (
        <Notice
          tone="danger"
          title={
            dangers.length === 1
              ? 'A secret is not secret any more.'
              : `${dangers.length} secrets are not secret any more.`
          }
        >
          <ul className={styles.dangers}>
            {dangers.slice(0, dangersShown).map(({ name, message }) => (
              <li key={`${name} ${message}`}>
                {apps.length > 1 && <strong>{name}: </strong>}
                {message}
              </li>
            ))}
            {dangers.length > dangersShown && <li>And {dangers.length - dangersShown} more, below.</li>}
          </ul>
        </Notice>
      )}
      {problems.map(({ code, message, hint, line }) => (
        <Notice
          key={`${code} ${message}`}
          tone="warning"
          title={line === null ? message : `Line ${line}: ${message}`}
        >
          {hint}
        </Notice>
      ))}
      {/* The way on is not behind hundreds of them. */}
      {isMany && actions}
      {apps.length > 1 && (
        <div className={styles.all}>
          <Row>
            {isMany && (
              <TextField
                label="Filter by name"
                isLabelHidden
                placeholder="Filter by name"
                type="search"
                value={filter}
                onChange={setFilter}
              />
            )}
            <Button onClick={() => changeShown({ isChosen: true })}>Choose all</Button>
            <Button onClick={() => changeShown({ isChosen: false })}>Choose none</Button>
          </Row>
          <Select
            label={wanted === '' ? 'Environment of all new ones' : 'Environment of those shown'}
            value={commonEnvironment(choices)}
            options={[
              ...(commonEnvironment(choices) === 'various'
                ? [{ value: 'various' as const, label: 'Various' }]
                : []),
              ...environments.map((value) => ({ value, label: environmentLabels[value] })),
            ]}
            onChange={(environment) => environment !== 'various' && changeShown({ environment })}
          />
        </div>
      )}
      {apps.length > 0 && (
        <ul ref={list} className={styles.apps} aria-label="What was found">
          {shown.map((app) => {
            const choice = choices[app.index];
            if (!choice) return null;
            return (
              <FoundAppItem
                key={app.index}
                app={app}
                choice={choice}
                onChange={(changes) => change(app.index, changes)}
                isOpen={opened.has(app.index)}
                onToggle={() => toggle(app.index)}
                wasAttempted={wasAttempted}
                told={told?.find(({ index }) => index === app.index)}
              />
            );
          })}
        </ul>
      )}
      {isLocked && apps.length > 0 ? (
        <VaultNotice>What was read went with it: open the file again when the vault is open.</VaultNotice>
      ) : (
        told && (
          <Notice tone="warning" title="Not everything is in yet.">
            What is in stays. Mend what is told above, and import again: nothing is made twice.
          </Notice>
        )
      )}
      {apply.error && <ErrorNotice error={apply.error} onDismiss={apply.clear} />}
      {!isMany && actions}
    </Stack>
  );
}

function actionWords({ apps, secrets }: { readonly apps: number; readonly secrets: number }): string {
  if (apps === 0) return 'Import';
  if (secrets === 0) return `Import ${plural(apps, 'app', 'apps')}, no new secrets`;
  return `Import ${plural(secrets, 'secret', 'secrets')} of ${plural(apps, 'app', 'apps')}`;
}

function commonEnvironment(choices: Choices): AppChoice['environment'] | 'various' {
  const [first, ...others] = new Set(Object.values(choices).map(({ environment }) => environment));
  return first !== undefined && others.length === 0 ? first : 'various';
}
