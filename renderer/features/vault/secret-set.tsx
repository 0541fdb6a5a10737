/**
 * The values of one field, side by side: what the vault has of each, and what can be done with it. Every action is a
 * command, so the palette has it too.
 */
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { Credential } from '#shared/contract/vault.ts';
import type { AppError } from '#shared/lib/app-error.ts';
import { type Command, useCommandList, useCommands } from '../../commands/index.ts';
import {
  Button,
  Confirm,
  ErrorNotice,
  IconButton,
  Loading,
  Menu,
  type MenuItem,
  Row,
  Section,
  Stack,
  useKeepFocus,
} from '../../components/index.ts';
import { useCall, useCopySecret, useServices, useVault } from '../../state/index.ts';
import { CredentialLine, CredentialList, maskedValue, useKindName } from './credential-line.tsx';
import { credentialName, lowerFirst, movesOf, sortCredentials } from './credential-words.ts';
import { RenameSecret } from './rename-secret.tsx';
import { SecretAddition } from './secret-addition.tsx';
import { SecretEntry } from './secret-entry.tsx';
import { AskToCopy, ShowSecret } from './secret-exit.tsx';
import styles from './vault.module.css';

export interface SecretSetProps {
  readonly owner: { readonly profileId: string; readonly name: string };
  /** The field that they fill. */
  readonly kind: string;
  /** Where its provider calls it otherwise. */
  readonly title?: string;
  readonly about: ReactNode;
  /** Beside the title. */
  readonly mark?: ReactNode;
  /** What it means that there is none. */
  readonly missing: string;
  /** Of the app that a `secret` is for: what is entered first belongs to it. */
  readonly appKey?: string;
  /** All that the owner has. Undefined while they load. */
  readonly credentials: readonly Credential[] | undefined;
  /** Under the list. */
  readonly children?: ReactNode;
}

/** What is open in this section, one thing at a time. */
type Panel =
  | { readonly way: 'show' | 'copy' | 'rename' | 'replace'; readonly credentialId: string }
  | { readonly way: 'enter' | 'add'; readonly credentialId?: undefined };

export function SecretSet(props: SecretSetProps) {
  const { owner, kind, about, mark, missing, appKey, children } = props;
  const { profileId } = owner;
  const kindName = useKindName()(kind);
  const credentials =
    props.credentials && sortCredentials(props.credentials.filter((each) => each.kind === kind));
  const current = credentials?.find(({ slot }) => slot === 'current');
  const [panel, setPanel] = useState<Panel>();
  const [removing, setRemoving] = useState<Credential>();
  /** Where the focus belongs when what was pressed is gone. */
  const [last, setLast] = useState<string>();
  const frame = useRef<HTMLDivElement>(null);
  const make = useCall('vault.generateMasterKey');
  const move = useCall('vault.moveSecret');
  const copy = useCopySecret();
  const { isCopyAsked } = useServices().client.secrets;
  const isUnlocked = useVault()?.state === 'unlocked';

  const open = (next: Panel) => {
    copy.clear();
    move.clear();
    setLast(next.credentialId);
    setPanel(next);
  };
  const close = useCallback(() => setPanel(undefined), []);
  const nameOf = (credential: Credential) => credentialName(credential, kindName);
  const whatOf = (credential: Credential) => `${nameOf(credential)} of ${owner.name}`;

  const commandsOf = (credential: Credential): readonly Command[] => {
    const { credentialId, slot } = credential;
    const name = nameOf(credential);
    const common = { group: 'Keys' };
    return [
      {
        ...common,
        id: commandId('show', credentialId),
        title: `Show the ${name}`,
        keywords: 'reveal',
        isAvailable: () => isUnlocked,
        run: () => open({ way: 'show', credentialId }),
      },
      {
        ...common,
        id: commandId('copy', credentialId),
        title: `Copy the ${name}`,
        keywords: 'clipboard',
        isAvailable: () => isUnlocked,
        run: async () => {
          if (isCopyAsked) return open({ way: 'copy', credentialId });
          setPanel(undefined);
          setLast(credentialId);
          await copy.run({ credentialId, what: whatOf(credential) });
        },
      },
      ...movesOf(credential).map(
        (each): Command => ({
          ...common,
          id: commandId(each.slot, credentialId),
          title: each.title(name),
          keywords: 'slot default rotate',
          run: async () => {
            setPanel(undefined);
            setLast(credentialId);
            await move.run({ credentialId, slot: each.slot });
          },
        }),
      ),
      {
        ...common,
        id: commandId('rename', credentialId),
        title: `Rename the ${name}`,
        keywords: 'label',
        run: () => open({ way: 'rename', credentialId }),
      },
      ...(slot === 'current'
        ? [
            {
              ...common,
              id: commandId('replace', credentialId),
              title: `Replace the ${name}`,
              run: () => open({ way: 'replace', credentialId }),
            },
          ]
        : []),
      {
        ...common,
        id: commandId('remove', credentialId),
        title: `Remove the ${name}`,
        keywords: 'delete',
        run: () => {
          setLast(credentialId);
          setRemoving(credential);
        },
      },
    ];
  };
  useCommands([
    ...(credentials ?? []).flatMap(commandsOf),
    ...(credentials && credentials.length > 0
      ? [
          {
            id: `keys.add.${kind}`,
            title: kind === 'secret' ? 'Add another pair' : `Add another ${lowerFirst(kindName)}`,
            group: 'Keys',
            run: () => open({ way: 'add' }),
          },
        ]
      : []),
  ]);

  const shape = credentials?.map(({ credentialId, slot, label }) => [credentialId, slot, label]);
  useKeepFocus(
    frame,
    JSON.stringify([panel, shape, removing === undefined]),
    `[data-credential="${last}"] [aria-haspopup=menu]`,
    '[data-begins]',
  );
  // What opens to be filled in has the focus.
  useEffect(() => {
    if (panel) frame.current?.querySelector<HTMLElement>('[data-panel] input')?.focus();
  }, [panel]);

  const below = (credential: Credential) => {
    const { credentialId } = credential;
    const isLast = last === credentialId;
    const way = panel?.credentialId === credentialId ? panel.way : undefined;
    return (
      <>
        {(way === 'show' || way === 'copy') && (
          <ExitPanel key={way} way={way} credential={credential} what={whatOf(credential)} onDone={close} />
        )}
        {way === 'rename' && (
          <div data-panel>
            <RenameSecret credential={credential} name={nameOf(credential)} onDone={close} />
          </div>
        )}
        {way === 'replace' && (
          <div data-panel className={styles.panel}>
            <SecretEntry
              profileId={profileId}
              kind={kind}
              slot={credential.slot}
              {...(appKey === undefined ? {} : { appKey })}
              credentialLabel={credential.label ?? undefined}
              label={appKey === undefined ? `New ${lowerFirst(kindName)}` : `Secret of the key ${appKey}`}
              action={`Replace ${maskedValue(credential)}`}
              onEntered={close}
              onCancel={close}
            />
          </div>
        )}
        {isLast && <Failure error={move.error} onDismiss={move.clear} />}
        {isLast && <Failure error={copy.error} onDismiss={copy.clear} />}
      </>
    );
  };

  return (
    <div ref={frame} tabIndex={-1} className={styles.set}>
      <Section title={props.title ?? kindName} about={about} actions={mark}>
        {!credentials && <Loading />}
        {credentials && credentials.length > 0 && (
          <CredentialList label={kindName}>
            {credentials.map((credential) => (
              <CredentialLine
                key={credential.credentialId}
                credential={credential}
                isKindHidden
                now={Date.now()}
                below={below(credential)}
              >
                <CommandIcon
                  command={commandId('show', credential.credentialId)}
                  icon="show"
                  label={`Show the ${nameOf(credential)}`}
                />
                <CommandIcon
                  command={commandId('copy', credential.credentialId)}
                  icon="copy"
                  label={`Copy the ${nameOf(credential)}`}
                />
                <More credential={credential} name={nameOf(credential)} />
              </CredentialLine>
            ))}
          </CredentialList>
        )}
        {children}
        {credentials && !current && panel?.way !== 'enter' && (
          <div className={styles.missing}>
            <p className={styles.soft}>
              {credentials.length === 0
                ? missing
                : kind === 'secret'
                  ? 'No pair signs by default. Choose one in its menu, or enter the secret of the app’s own key.'
                  : 'None of them is the current one. Choose one in its menu, or enter another.'}
            </p>
            <Row>
              <Button data-begins onClick={() => open({ way: 'enter' })}>
                {kind === 'secret'
                  ? 'Enter the secret'
                  : kind === 'masterKey'
                    ? 'Paste one'
                    : `Enter the ${lowerFirst(kindName)}`}
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
        {panel?.way === 'enter' && (
          <div data-panel className={styles.panel}>
            <SecretEntry
              profileId={profileId}
              kind={kind}
              slot="current"
              {...(appKey === undefined ? {} : { appKey })}
              label={appKey === undefined ? kindName : `Secret of the key ${appKey}`}
              action="Keep in the vault"
              onEntered={(credential) => {
                setLast(credential.credentialId);
                close();
              }}
              onCancel={close}
            />
          </div>
        )}
        {panel?.way === 'add' && (
          <div data-panel className={styles.panel}>
            <SecretAddition
              profileId={profileId}
              kind={kind}
              onEntered={(credential) => {
                setLast(credential.credentialId);
                close();
              }}
              onCancel={close}
            />
          </div>
        )}
        {credentials && current && panel?.way !== 'add' && (
          <Row>
            <Button data-begins icon="add" variant="quiet" onClick={() => open({ way: 'add' })}>
              {kind === 'secret' ? 'Add another pair' : 'Add another'}
            </Button>
          </Row>
        )}
        <Failure error={make.error} onDismiss={make.clear} />
        {removing && (
          <RemoveSecret
            credential={removing}
            title={`Remove the ${nameOf(removing)} of ${owner.name}?`}
            onDone={() => setRemoving(undefined)}
          />
        )}
      </Section>
    </div>
  );
}

function commandId(action: string, credentialId: string): string {
  return `keys.${action}.${credentialId}`;
}

function Failure({
  error,
  onDismiss,
}: {
  readonly error: AppError | undefined;
  readonly onDismiss: () => void;
}) {
  return error && <ErrorNotice error={error} onDismiss={onDismiss} />;
}

interface CommandIconProps {
  readonly command: string;
  readonly icon: 'show' | 'copy';
  readonly label: string;
}

/** Drawn before its command is there, too. */
function CommandIcon({ command: id, icon, label }: CommandIconProps) {
  const { commands } = useServices();
  const isThere = useCommandList().some((command) => command.id === id);
  return (
    <IconButton
      icon={icon}
      label={label}
      disabled={!isThere || !commands.isAvailable(id)}
      data-command={id}
      onClick={() => commands.run(id)}
    />
  );
}

/** All but showing and copying. */
function More({ credential, name }: { readonly credential: Credential; readonly name: string }) {
  const { commands } = useServices();
  const { credentialId, slot } = credential;
  const item = (action: string, label: string, rest: Partial<MenuItem> = {}): MenuItem => ({
    label,
    onSelect: () => commands.run(commandId(action, credentialId)),
    ...rest,
  });
  return (
    <Menu
      trigger={<IconButton icon="more" label={`More about the ${name}`} />}
      groups={[
        movesOf(credential).map((each) => item(each.slot, each.label)),
        [
          item('rename', 'Rename', { icon: 'edit' }),
          ...(slot === 'current' ? [item('replace', 'Replace', { icon: 'retry' })] : []),
          item('remove', 'Remove…', { icon: 'remove', isDanger: true }),
        ],
      ]}
    />
  );
}

interface ExitPanelProps {
  readonly way: 'show' | 'copy';
  readonly credential: Credential;
  readonly what: string;
  readonly onDone: () => void;
}

/** One secret, on its way to the screen or to the clipboard. */
function ExitPanel({ way, credential, what, onDone }: ExitPanelProps) {
  const panel = useRef<HTMLDivElement>(null);
  const Exit = way === 'show' ? ShowSecret : AskToCopy;
  const command = commandId(way, credential.credentialId);
  const close = useCallback(() => {
    // Back to where it began; unless the user has gone elsewhere.
    const isInside = panel.current?.contains(document.activeElement);
    if (isInside) document.querySelector<HTMLElement>(`[data-command='${command}']`)?.focus();
    onDone();
  }, [command, onDone]);
  return (
    <div ref={panel}>
      <Exit
        credentialId={credential.credentialId}
        what={what}
        masked={maskedValue(credential)}
        onDone={close}
      />
    </div>
  );
}

interface RemoveSecretProps {
  readonly credential: Credential;
  readonly title: string;
  readonly onDone: () => void;
}

function RemoveSecret({ credential, title, onDone }: RemoveSecretProps) {
  const remove = useCall('vault.removeSecret');
  return (
    <Confirm
      isOpen
      isDanger
      title={title}
      action="Remove"
      isPending={remove.isPending}
      onCancel={onDone}
      onConfirm={async () => {
        if (await remove.run({ credentialId: credential.credentialId })) onDone();
      }}
    >
      <Stack gap={8}>
        <p>
          {maskedValue(credential)} is taken out of the vault. Latchkey can’t bring it back; what your servers
          and the provider have stays as it is.
        </p>
        {credential.kind === 'masterKey' && (
          <p>Recorded events that were encrypted with it can’t be opened any more.</p>
        )}
        <Failure error={remove.error} onDismiss={remove.clear} />
      </Stack>
    </Confirm>
  );
}
