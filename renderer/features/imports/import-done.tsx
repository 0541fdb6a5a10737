/** What was made. And the file, which is a leak of its own from here on. */
import type { ImportedApp } from '#shared/contract/imports.ts';
import { Actions, Button, Icon, Notice, Section, Stack } from '../../components/index.ts';
import { useNavigation, useProfiles } from '../../state/index.ts';
import type { SourceKind } from './import-source.tsx';
import styles from './imports.module.css';
import { plural } from './words.ts';

export interface ImportDoneProps {
  readonly apps: readonly ImportedApp[];
  readonly from: SourceKind;
  readonly onAgain: () => void;
}

export function ImportDone({ apps, from, onAgain }: ImportDoneProps) {
  const navigation = useNavigation();
  const profiles = useProfiles() ?? [];
  const [first] = apps;
  const open = (profileId: string) =>
    profiles.some((profile) => profile.profileId === profileId)
      ? navigation.openApp(profileId)
      : navigation.openService(profileId);
  const secrets = apps.flatMap((app) => app.secrets);
  const entered = secrets.filter(({ outcome }) => outcome === 'entered').length;
  const present = secrets.length - entered;
  return (
    <Stack gap={16}>
      <Notice tone="ok" title={`${plural(entered, 'secret is', 'secrets are')} in the vault now.`}>
        {present > 0 && `${plural(present, 'was', 'were')} there already.`}
      </Notice>
      {from === 'bundle' && (
        <Notice tone="notice" title="The bundle still holds the secrets, sealed with its passphrase.">
          Latchkey leaves it as it is. Delete it where nothing needs it any more.
        </Notice>
      )}
      {from === 'file' && (
        <Notice tone="warning" title="The file still holds the secrets.">
          Latchkey leaves it as it is. Take out of it what nothing reads any more, keep it out of version
          control, and out of folders that are shared or backed up.
        </Notice>
      )}
      {from === 'clipboard' && (
        <Notice tone="warning" title="The clipboard still holds what you copied.">
          Copy something else over it, and look into your clipboard’s history if it keeps one.
        </Notice>
      )}
      <ul className={styles.made} aria-label="What was imported">
        {apps.map(({ index, name, isNew, secrets: own }) => (
          <li key={index}>
            <Icon name="ok-sign" className={styles.ok} />
            <strong>{name}</strong>
            <span className={styles.soft}>
              {isNew ? 'added' : 'was here'},{' '}
              {plural(own.filter(({ outcome }) => outcome === 'entered').length, 'secret', 'secrets')} entered
            </span>
          </li>
        ))}
      </ul>
      <Section>
        <Actions>
          {first?.profileId && (
            <Button variant="primary" autoFocus onClick={() => open(first.profileId ?? '')}>
              Open {first.name}
            </Button>
          )}
          <Button onClick={onAgain}>Import another</Button>
        </Actions>
      </Section>
    </Stack>
  );
}
