/** Choices about the app itself, and what it is. */
import { lockTimes, themes } from '#shared/contract/settings.ts';
import { CommandButton } from '../../commands/index.ts';
import {
  CopyButton,
  ErrorNotice,
  Facts,
  Loading,
  Notice,
  Page,
  Section,
  Segmented,
  Stack,
} from '../../components/index.ts';
import { type AboutInfo, useCall, useReadable, useServices, valueOr } from '../../state/index.ts';
import styles from './settings.module.css';

const themeLabels = { system: 'As the system', light: 'Light', dark: 'Dark' } as const;
const hostNames = { electron: 'Electron', web: 'Browser, from a host on this machine' } as const;
const platformNames = { darwin: 'macOS', win32: 'Windows', linux: 'Linux', other: 'another system' } as const;

export function SettingsScreen() {
  return (
    <Page title="Settings">
      <Appearance />
      <Secrets />
      <Section
        title="Keyboard"
        about="Everything the mouse can do, keys can."
        actions={<CommandButton command="help.keys" label="All keys" />}
      />
      <About />
    </Page>
  );
}

function Appearance() {
  const { settings } = useServices().stores;
  const loaded = useReadable(settings);
  const update = useCall('settings.update');
  if (loaded.state === 'failed')
    return <ErrorNotice error={loaded.error} onRetry={() => void settings.load()} />;
  if (loaded.state === 'loading') return <Loading />;
  return (
    <Section title="Appearance">
      <Segmented
        label="Theme"
        value={loaded.value.theme}
        options={themes.map((value) => ({ value, label: themeLabels[value] }))}
        onChange={(theme) => void update.run({ theme })}
      />
      {update.error && <ErrorNotice error={update.error} onDismiss={update.clear} />}
    </Section>
  );
}

const lockNames = { 0: 'Never', 1: '1 min', 5: '5 min', 15: '15 min', 60: '1 h' } as const;

function Secrets() {
  const { settings, about } = useServices().stores;
  const loaded = useReadable(settings);
  const update = useCall('settings.update');
  const info = valueOr(useReadable(about), undefined);
  return (
    <Section
      title="Secrets"
      about="Where they are kept, locking, and what became of them."
      actions={
        <>
          <CommandButton command="vault.open" icon="vault" />
          <CommandButton command="audit.open" icon="log" />
        </>
      }
    >
      {loaded.state === 'ready' && (
        <Segmented
          label="Lock the vault when it was not used for"
          value={lockNames[loaded.value.lockAfterMinutes]}
          options={lockTimes.map((minutes) => ({ value: lockNames[minutes], label: lockNames[minutes] }))}
          onChange={(name) => {
            const lockAfterMinutes = lockTimes.find((minutes) => lockNames[minutes] === name);
            void update.run({ lockAfterMinutes });
          }}
        />
      )}
      {update.error && <ErrorNotice error={update.error} onDismiss={update.clear} />}
      <p className={styles.soft}>
        Use is anything that you do on this page, a live subscription, a sweep, an import, and a move of
        secrets. Secrets of this session only are not locked away by themselves: they would be lost.
      </p>
      {info && <p className={styles.soft}>{whenAway(info)}</p>}
    </Section>
  );
}

/** What the host is told of the machine. */
function whenAway({ host, platform }: AboutInfo): string {
  if (host === 'web')
    return 'A browser does not tell when the screen is locked or the machine sleeps: lock the vault yourself, or let the time do it.';
  return platform === 'linux'
    ? 'It is locked as the machine goes to sleep. Linux does not tell when the screen is locked: lock the vault yourself, or let the time do it.'
    : 'It is locked with the screen, and as the machine goes to sleep.';
}

function About() {
  const { about } = useServices().stores;
  const loaded = useReadable(about);
  if (loaded.state === 'failed')
    return <ErrorNotice error={loaded.error} onRetry={() => void about.load()} />;
  if (loaded.state === 'loading') return <Loading />;
  const { version, host, platform, dataFolder, notices } = loaded.value;
  return (
    <Section title="About this app">
      <Facts
        facts={[
          { name: 'Version', value: `Latchkey ${version}` },
          { name: 'Runs in', value: `${hostNames[host]}, on ${platformNames[platform]}` },
          {
            name: 'Data folder',
            value: (
              <span className={styles.path}>
                <code>{dataFolder}</code>
                <CopyButton text={dataFolder} label="Copy the path" isIconOnly />
              </span>
            ),
          },
        ]}
      />
      <p className={styles.soft}>
        Profiles, settings, rotations and the event log are in the data folder. Secrets are not: they are in
        the vault.
      </p>
      {notices.length > 0 && (
        <Stack gap={8}>
          {notices.map((notice) => (
            <Notice key={notice} tone="warning" title={notice} />
          ))}
        </Stack>
      )}
    </Section>
  );
}
