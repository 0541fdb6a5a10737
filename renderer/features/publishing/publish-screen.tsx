/** Publishes test events, and says what the server made of them. What is typed survives everything but a send. */
import { type FormEvent, useRef, useState } from 'react';
import type { Profile } from '#shared/contract/profiles.ts';
import { channelKind, channelNameProblem, isEncrypted } from '#shared/protocol/channels.ts';
import { eventNameProblem } from '#shared/protocol/events.ts';
import { CommandButton, useCommands } from '../../commands/index.ts';
import {
  Button,
  ErrorNotice,
  FieldRow,
  formatCount,
  formatJson,
  KindLabel,
  KindSign,
  Loading,
  Notice,
  parseJson,
  Row,
  Segmented,
  Stack,
  SuggestField,
  TextArea,
  TextField,
} from '../../components/index.ts';
import {
  useCall,
  useConnection,
  useCredentials,
  useDraft,
  useNavigation,
  useProfile,
} from '../../state/index.ts';
import { VaultNotice } from '../vault/index.ts';
import { AnswerPanel } from './answer-panel.tsx';
import { EncryptionNote } from './encryption-note.tsx';
import { PairSelect, pairName, usePairChoice } from './pair-choice.tsx';
import styles from './publish.module.css';
import { bodyFacts } from './publish-body.ts';
import { addPublished, type Published, type PublishForm } from './published.ts';
import { PublishedList } from './published-list.tsx';
import { usePublishDraft } from './use-publish-draft.ts';

export function PublishScreen({ profileId }: { readonly profileId: string }) {
  const profile = useProfile(profileId);
  return profile ? <Publisher key={profileId} profile={profile} /> : <Loading />;
}

const none: readonly Published[] = [];

function Publisher({ profile }: { readonly profile: Profile }) {
  const { profileId, environment, name } = profile;
  const [form, setForm] = usePublishDraft(profileId);
  const [published, setPublished] = useDraft<readonly Published[]>(`published:${profileId}`, none);
  const [confirmation, setConfirmation] = useState('');
  const [wasAttempted, setAttempted] = useState(false);
  const publish = useCall('publishing.publish');
  const credentials = useCredentials(profileId);
  const connection = useConnection(profileId);
  const dialect = connection?.dialect.used ?? profile.dialect;
  const navigation = useNavigation();
  const root = useRef<HTMLFormElement>(null);
  const body = useRef<HTMLTextAreaElement>(null);

  const isProduction = environment === 'production';
  const change = (changes: Partial<PublishForm>) => {
    setForm({ ...form, ...changes });
    publish.clear();
  };
  const channelFound = channelNameProblem(form.channel, 'publish');
  const eventFound = eventNameProblem(form.event);
  const facts = bodyFacts({ ...form, dialect });
  const isConfirmed = !isProduction || confirmation.trim() === name;
  const canSend =
    channelFound?.severity !== 'error' && eventFound?.severity !== 'error' && !facts.problem && isConfirmed;
  const pair = usePairChoice(profileId, credentials);
  const hasSecret = pair.pairs && pair.chosen !== undefined;
  const isSendable = canSend && hasSecret !== false;

  const send = async () => {
    setAttempted(true);
    if (!isSendable || publish.isPending) {
      requestAnimationFrame(() => root.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
      return;
    }
    const answer = await publish.run({
      profileId,
      channel: form.channel,
      event: form.event,
      data: form.text,
      ...(isProduction ? { confirmation: confirmation.trim() } : {}),
      ...(pair.chosen && pair.chosen.slot !== 'current' ? { credentialId: pair.chosen.credentialId } : {}),
    });
    if (!answer) return;
    const signedWith = pair.pairs && pair.pairs.length > 1 && pair.chosen ? pairName(pair.chosen) : null;
    setPublished(addPublished(published, { ...form, signedWith }, answer, Date.now()));
    setAttempted(false);
    // Each event to production is asked for anew.
    setConfirmation('');
  };
  const format = () => {
    const parsed = parseJson(form.text);
    if (parsed) change({ text: formatJson(parsed) });
    body.current?.focus();
  };
  useCommands([
    {
      id: 'publishing.publish',
      title: 'Publish event',
      group: name,
      shortcuts: ['Mod+Enter'],
      keywords: 'send trigger',
      run: send,
    },
    {
      id: 'publishing.format',
      title: 'Format JSON body',
      group: name,
      shortcuts: ['Mod+Shift+F'],
      isAvailable: () => form.mode === 'json' && !facts.problem,
      run: format,
    },
  ]);

  const shownProblem = <P,>(text: string, problem: P): P | undefined =>
    text === '' && !wasAttempted ? undefined : problem;
  const subscribed = connection?.subscriptions.map(({ channel }) => channel) ?? [];
  const [last] = published;
  return (
    <div className={styles.screen}>
      <div className={styles.editor}>
        <form
          ref={root}
          className={styles.form}
          noValidate
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            void send();
          }}
        >
          <FieldRow>
            <SuggestField
              label="Channel"
              value={form.channel}
              onChange={(channel) => change({ channel })}
              suggestions={subscribed}
              renderSuggestion={(channel) => (
                <>
                  <KindSign kind={channelKind(channel)} /> {channel}
                </>
              )}
              placeholder="private-encrypted-orders"
              problem={shownProblem(form.channel, channelFound)}
              hint={form.channel !== '' && <KindLabel kind={channelKind(form.channel)} />}
            />
            <TextField
              label="Event"
              isCode
              value={form.event}
              onChange={(event) => change({ event })}
              placeholder="order.created"
              problem={shownProblem(form.event, eventFound)}
            />
          </FieldRow>
          <div className={styles.body}>
            <div className={styles.bodyHead}>
              <Segmented
                label="What the data is"
                isLabelHidden
                value={form.mode}
                options={[
                  { value: 'json', label: 'JSON' },
                  { value: 'text', label: 'Text' },
                ]}
                onChange={(mode) => change({ mode })}
              />
              {form.mode === 'json' && (
                <Button variant="quiet" disabled={facts.problem !== undefined} onClick={format}>
                  Format
                </Button>
              )}
              <SizeMeter facts={facts} isEncrypted={isEncrypted(form.channel)} />
            </div>
            <TextArea
              ref={body}
              label="Data"
              isLabelHidden
              isCode
              isFilling
              rows={12}
              value={form.text}
              onChange={(text) => change({ text })}
              problem={
                facts.problem && {
                  severity: 'error',
                  message: `Line ${facts.problem.line}, column ${facts.problem.column}: ${facts.problem.message}`,
                }
              }
              hint={form.mode === 'json' ? 'Valid JSON, sent as it stands.' : 'Sent as it stands.'}
            />
          </div>
          {facts.isOverLimit && (
            <Notice
              tone="warning"
              title={`Larger than the ${formatCount(facts.limitBytes)} bytes that this server accepts by default.`}
            >
              The server will probably refuse it with 413. It can be sent all the same.
            </Notice>
          )}
          {isEncrypted(form.channel) && <EncryptionNote profileId={profileId} credentials={credentials} />}
          <PairSelect {...pair} />
          {pair.pairs?.length === 0 && (
            <Notice
              tone="warning"
              title="The secret of this app is not in the vault."
              actions={<Button onClick={() => navigation.openApp(profileId, 'keys')}>Enter it</Button>}
            >
              Publishing is signed with it. What you typed stays here.
            </Notice>
          )}
          <VaultNotice>What you typed stays here until then.</VaultNotice>
          {publish.error && (
            <ErrorNotice error={publish.error} onRetry={() => void send()} onDismiss={publish.clear} />
          )}
          {isProduction && (
            <div className={styles.production}>
              <TextField
                label={`${name} is a production app. Type its name to publish.`}
                value={confirmation}
                onChange={setConfirmation}
                placeholder={name}
                problem={
                  wasAttempted && !isConfirmed
                    ? { severity: 'error', message: `Type “${name}” as it is written here.` }
                    : undefined
                }
              />
            </div>
          )}
          <Row>
            <CommandButton command="publishing.publish" label="Publish" variant="primary" icon="publish" />
            {publish.isPending && (
              <>
                <span role="status">Publishing…</span>
                <Button variant="quiet" onClick={publish.cancel}>
                  Cancel
                </Button>
              </>
            )}
          </Row>
        </form>
      </div>
      <aside className={styles.results} aria-label="Answers">
        <Stack gap={16}>
          <AnswerPanel last={last} />
          <PublishedList
            published={published}
            onFill={({ channel, event, mode, text }) => {
              change({ channel, event, mode, text });
              body.current?.focus();
            }}
          />
        </Stack>
      </aside>
    </div>
  );
}

interface SizeMeterProps {
  readonly facts: ReturnType<typeof bodyFacts>;
  readonly isEncrypted: boolean;
}

function SizeMeter({ facts, isEncrypted: willBeEncrypted }: SizeMeterProps) {
  const { sizeBytes, limitBytes, isOverLimit } = facts;
  return (
    <span className={isOverLimit ? styles.over : styles.size}>
      {formatCount(sizeBytes)} of {formatCount(limitBytes)} bytes
      {willBeEncrypted && ' once encrypted'}
      {isOverLimit && ': too large'}
    </span>
  );
}
