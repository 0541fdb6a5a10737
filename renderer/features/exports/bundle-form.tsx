/** A bundle for another machine: apps and services with all their secrets, sealed with a passphrase. */
import { useState } from 'react';
import type { Profile, Service } from '#shared/contract/profiles.ts';
import { Button, Checkbox, plural, Row, SecretField, Section } from '../../components/index.ts';
import {
  useDraft,
  useProfiles,
  useQuery,
  useServiceList,
  useVault,
  useWriteBundle,
} from '../../state/index.ts';
import styles from './exports.module.css';
import { WriteFile } from './write-file.tsx';

/** As the vault has it. */
const leastCharacters = 8;

export function BundleForm({ owner }: { readonly owner: Profile | Service }) {
  const all = [...(useProfiles() ?? []), ...(useServiceList() ?? [])];
  const [chosen, setChosen] = useDraft<readonly string[]>(`export-bundle:${owner.profileId}`, [
    owner.profileId,
  ]);
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [wasAttempted, setAttempted] = useState(false);
  const isUnlocked = useVault()?.state === 'unlocked';
  const write = useWriteBundle();
  const profileIds = all.map(({ profileId }) => profileId).filter((profileId) => chosen.includes(profileId));
  const { result } = useQuery('exports.describeBundle', profileIds.length > 0 ? { profileIds } : null);
  const secrets = profileIds.length > 0 && result.state === 'ready' ? result.value.secrets : 0;
  const isShort = [...passphrase.normalize('NFKC')].length < leastCharacters;
  const problem = isShort ? `A passphrase has at least ${leastCharacters} characters.` : undefined;
  const mismatch = passphrase === again ? undefined : 'The two are not the same.';
  const shown = (text: string | undefined) =>
    wasAttempted && text ? ({ severity: 'error', message: text } as const) : undefined;
  const choose = (profileId: string, isChosen: boolean) =>
    setChosen(isChosen ? [...chosen, profileId] : chosen.filter((each) => each !== profileId));
  const what = plural(profileIds.length, 'app or service', 'apps and services');
  return (
    <Section
      title="Sealed bundle"
      about="All secrets with their labels and states, for Latchkey on another machine. Nobody can open it without its passphrase."
    >
      <WriteFile
        draftName={`bundle:${owner.profileId}`}
        label="Write to"
        suggestedName={`${fileNameOf(owner.name)}.latchkey`}
        action="Write the bundle…"
        isDisabled={!isUnlocked || profileIds.length === 0}
        isReady={() => {
          setAttempted(true);
          return !problem && !mismatch;
        }}
        question={{
          title: `Export ${what}, with ${plural(secrets, 'secret')}?`,
          body: (
            <p>
              They leave the vault sealed with your passphrase, which Latchkey keeps nowhere: without it the
              file is worthless. Each secret is written to the audit log.
            </p>
          ),
        }}
        write={{
          isPending: write.isPending,
          error: write.error,
          clear: write.clear,
          run: async (place) => {
            const written = await write.run({ profileIds, ...place, confirmed: true, value: passphrase });
            if (!written) return undefined;
            setPassphrase('');
            setAgain('');
            setAttempted(false);
            return written;
          },
        }}
        done={<p>It was read back and opened with the passphrase before it got its name.</p>}
      >
        <fieldset className={styles.choices}>
          <legend className={styles.label}>Apps and services</legend>
          {all.map(({ profileId, name }) => (
            <Checkbox
              key={profileId}
              label={name}
              isChecked={chosen.includes(profileId)}
              onChange={(isChosen) => choose(profileId, isChosen)}
            />
          ))}
        </fieldset>
        {all.length > 1 && (
          <Row>
            <Button
              variant="quiet"
              disabled={profileIds.length === all.length}
              onClick={() => setChosen(all.map(({ profileId }) => profileId))}
            >
              Choose all
            </Button>
          </Row>
        )}
        <SecretField
          label="Passphrase of the bundle"
          value={passphrase}
          onChange={setPassphrase}
          problem={shown(problem)}
          hint="Several words that don’t belong together. Not the vault’s own."
        />
        <SecretField label="The same again" value={again} onChange={setAgain} problem={shown(mismatch)} />
      </WriteFile>
    </Section>
  );
}

/** What every file system takes. */
function fileNameOf(name: string): string {
  return (
    name
      .replace(/[^A-Za-z0-9_-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60) || 'bundle'
  );
}
