/** What the vault has of an app: summaries, with ways to enter, make, replace and remove. */
import { useCallback, useRef, useState } from 'react';
import type { Profile } from '#shared/contract/profiles.ts';
import type { AppSecretKind, Credential } from '#shared/contract/vault.ts';
import { type Command, useCommandList, useCommands } from '../../commands/index.ts';
import {
  Button,
  Confirm,
  ErrorNotice,
  IconButton,
  Loading,
  Notice,
  Row,
  Section,
  slotLabels,
  useKeepFocus,
} from '../../components/index.ts';
import { useCall, useCopySecret, useServices, useVault } from '../../state/index.ts';
import {
  AskToCopy,
  CredentialLine,
  CredentialList,
  maskedValue,
  SecretEntry,
  ShowSecret,
} from '../vault/index.ts';
import styles from './rotation.module.css';

interface CredentialsPanelProps {
  readonly profile: Profile;
  /** Undefined while they load. */
  readonly credentials: readonly Credential[] | undefined;
}

const slotOrder = { current: 0, extra: 1, next: 2, previous: 3, revoked: 4 } as const;

const sectionNames: Readonly<Record<string, string>> = { secret: 'App secret', masterKey: 'Master key' };

export function CredentialsPanel({ profile, credentials }: CredentialsPanelProps) {
  return (
    <>
      {(['secret', 'masterKey'] as const).map((kind) => (
        <KindSection
          key={kind}
          profile={profile}
          kind={kind}
          credentials={credentials
            ?.filter((each) => each.kind === kind)
            .toSorted((one, other) => slotOrder[one.slot] - slotOrder[other.slot])}
        />
      ))}
    </>
  );
}

const about: Readonly<Record<AppSecretKind, string>> = {
  secret: 'Signs subscriptions and requests, together with its key.',
  masterKey: 'Encrypts and opens events of private-encrypted channels.',
};

interface KindSectionProps extends CredentialsPanelProps {
  readonly kind: AppSecretKind;
}

function KindSection({ profile, kind, credentials }: KindSectionProps) {
  const { profileId, key } = profile;
  const [entering, setEntering] = useState<Credential['slot']>();
  const [removing, setRemoving] = useState<Credential>();
  const make = useCall('vault.generateMasterKey');
  const remove = useCall('vault.removeSecret');
  const current = credentials?.find(({ slot }) => slot === 'current');
  const isOtherPair = kind === 'secret' && current?.key != null && current.key !== key;
  const frame = useRef<HTMLDivElement>(null);
  const [exit, setExit] = useState<Exit>();
  const { isCopyAsked } = useServices().client.secrets;
  const copy = useCopySecret();
  const isUnlocked = useVault()?.state === 'unlocked';
  const open = (next: Exit) => {
    copy.clear();
    setExit(next);
  };
  const done = useCallback(() => setExit(undefined), []);
  useCommands(
    (credentials ?? []).flatMap((credential): readonly Command[] => [
      {
        id: commandOf({ credential, way: 'show' }),
        title: `Show the ${nameOf(credential)}`,
        group: 'Keys',
        keywords: 'reveal',
        isAvailable: () => isUnlocked,
        run: () => open({ credential, way: 'show' }),
      },
      {
        id: commandOf({ credential, way: 'copy' }),
        title: `Copy the ${nameOf(credential)}`,
        group: 'Keys',
        keywords: 'clipboard',
        isAvailable: () => isUnlocked,
        run: async () => {
          if (isCopyAsked) open({ credential, way: 'copy' });
          else await copy.run({ credentialId: credential.credentialId, what: whatOf(credential, profile) });
        },
      },
    ]),
  );
  useKeepFocus(frame, `${entering} ${credentials?.length}`);
  return (
    <div ref={frame} tabIndex={-1} className={styles.frame}>
      <Section title={kind === 'secret' ? 'App secret' : 'Master key'} about={about[kind]}>
        {!credentials && <Loading />}
        {credentials && credentials.length > 0 && (
          <CredentialList label={sectionNames[kind] ?? kind}>
            {credentials.map((credential) => (
              <CredentialLine
                key={credential.credentialId}
                credential={credential}
                isKindHidden
                now={Date.now()}
              >
                <ExitButton exit={{ credential, way: 'show' }} icon="show" />
                <ExitButton exit={{ credential, way: 'copy' }} icon="copy" />
                {credential.slot === 'current' && (
                  <IconButton
                    icon="edit"
                    label={`Replace the ${nameOf(credential)}`}
                    onClick={() => setEntering(credential.slot)}
                  />
                )}
                <IconButton
                  icon="remove"
                  label={`Remove the ${nameOf(credential)}`}
                  onClick={() => setRemoving(credential)}
                />
              </CredentialLine>
            ))}
          </CredentialList>
        )}
        {exit && credentials?.some(({ credentialId }) => credentialId === exit.credential.credentialId) && (
          <ExitPanel
            key={commandOf(exit)}
            exit={exit}
            what={whatOf(exit.credential, profile)}
            onDone={done}
          />
        )}
        {copy.error && <ErrorNotice error={copy.error} onDismiss={copy.clear} />}
        {isOtherPair && (
          <Notice tone="warning" title={`This secret belongs to the key ${current?.key}.`}>
            The app uses the key {key}. Enter the secret of that one, or correct the key under Edit.
          </Notice>
        )}
        {credentials && !current && entering === undefined && (
          <div className={styles.missing}>
            <p className={styles.soft}>
              {kind === 'secret'
                ? 'Not entered. Without it, only public channels can be watched, and nothing can be published.'
                : 'None. Encrypted channels show ciphertext only.'}
            </p>
            <Row>
              <Button onClick={() => setEntering('current')}>
                {kind === 'secret' ? 'Enter the secret' : 'Paste one'}
              </Button>
              {kind === 'masterKey' && (
                <Button
                  isPending={make.isPending}
                  onClick={() => void make.run({ profileId, slot: 'current' })}
                >
                  Make one
                </Button>
              )}
            </Row>
          </div>
        )}
        {entering !== undefined && (
          <SecretEntry
            profileId={profileId}
            kind={kind}
            slot={entering}
            {...(kind === 'secret' ? { appKey: key } : {})}
            label={kind === 'secret' ? `Secret of the key ${key}` : 'Master key'}
            action={current ? `Replace ${maskedValue(current)}` : 'Keep in the vault'}
            onEntered={() => setEntering(undefined)}
            onCancel={() => setEntering(undefined)}
          />
        )}
        {make.error && <ErrorNotice error={make.error} onDismiss={make.clear} />}
        {removing && (
          <Confirm
            isOpen
            isDanger
            title={`Remove the ${nameOf(removing)} of ${profile.name}?`}
            action="Remove"
            isPending={remove.isPending}
            onCancel={() => {
              remove.clear();
              setRemoving(undefined);
            }}
            onConfirm={async () => {
              if (await remove.run({ credentialId: removing.credentialId })) setRemoving(undefined);
            }}
          >
            <p>
              {maskedValue(removing)} is taken out of the vault. Latchkey can’t bring it back; what your
              servers and the provider have stays as it is.
            </p>
            {removing.kind === 'masterKey' && (
              <p>Recorded events that were encrypted with it can’t be opened any more.</p>
            )}
            {remove.error && <ErrorNotice error={remove.error} />}
          </Confirm>
        )}
      </Section>
    </div>
  );
}

/** One secret, on its way to the screen or to the clipboard. */
interface Exit {
  readonly credential: Credential;
  readonly way: 'show' | 'copy';
}

function ExitButton({ exit, icon }: { readonly exit: Exit; readonly icon: 'show' | 'copy' }) {
  const { commands } = useServices();
  const id = commandOf(exit);
  const isThere = useCommandList().some((command) => command.id === id);
  return (
    <IconButton
      icon={icon}
      label={`${exit.way === 'show' ? 'Show' : 'Copy'} the ${nameOf(exit.credential)}`}
      disabled={!isThere || !commands.isAvailable(id)}
      data-command={id}
      onClick={() => commands.run(id)}
    />
  );
}

interface ExitPanelProps {
  readonly exit: Exit;
  readonly what: string;
  readonly onDone: () => void;
}

function ExitPanel({ exit, what, onDone }: ExitPanelProps) {
  const { credential, way } = exit;
  const panel = useRef<HTMLDivElement>(null);
  const Panel = way === 'show' ? ShowSecret : AskToCopy;
  const command = commandOf(exit);
  const close = useCallback(() => {
    // Back to where it began; unless the user has gone elsewhere.
    const isInside = panel.current?.contains(document.activeElement);
    if (isInside) document.querySelector<HTMLElement>(`[data-command='${command}']`)?.focus();
    onDone();
  }, [command, onDone]);
  return (
    <div ref={panel}>
      <Panel
        credentialId={credential.credentialId}
        what={what}
        masked={maskedValue(credential)}
        onDone={close}
      />
    </div>
  );
}

function commandOf({ credential: { kind, slot }, way }: Exit): string {
  return `keys.${way}.${kind}.${slot}`;
}

function whatOf(credential: Credential, profile: Profile): string {
  return `${nameOf(credential)} of ${profile.name}`;
}

function nameOf({ kind, slot }: Credential): string {
  return `${slotLabels[slot]} ${sectionNames[kind] ?? kind}`.toLowerCase();
}
