/** Everything about one event. */
import { useState } from 'react';
import type { Detail, EncryptionFailure } from '#shared/contract/history.ts';
import { channelKind } from '#shared/protocol/channels.ts';
import {
  Button,
  CodeBlock,
  CopyButton,
  EmptyState,
  ErrorNotice,
  type Fact,
  Facts,
  formatDateTime,
  formatJson,
  IconButton,
  JsonTree,
  KindLabel,
  Loading,
  Name,
  Notice,
  parseJson,
  plural,
  SlotLabel,
  Tabs,
  VisibleText,
} from '../../components/index.ts';
import { useContractEvent, useNavigation, useQuery } from '../../state/index.ts';
import styles from './detail-pane.module.css';
import { encryptionFailureWords } from './encryption-words.ts';

const tabNames = {
  payload: 'Payload',
  encryption: 'Plaintext | Ciphertext',
  raw: 'Raw',
  context: 'Context',
} as const;
type Tab = keyof typeof tabNames;

export interface DetailPaneProps {
  readonly profileId: string;
  /** Undefined: the session that is being recorded. */
  readonly sessionId: string | undefined;
  readonly sequence: number;
  readonly onClose: () => void;
}

export function DetailPane({ profileId, sessionId, sequence, onClose }: DetailPaneProps) {
  const { result, error, reload } = useQuery('history.detail', {
    profileId,
    sequence,
    ...(sessionId === undefined ? {} : { sessionId }),
  });
  useContractEvent('vault.changed', reload);
  useContractEvent('vault.credentialsChanged', reload);
  const [wanted, setWanted] = useState<Tab>('payload');
  const detail = result.state === 'ready' ? result.value : undefined;
  const tabs: readonly Tab[] = detail?.ciphertext
    ? ['payload', 'encryption', 'raw', 'context']
    : ['payload', 'raw', 'context'];
  // The wanted tab is remembered over events that don't have it.
  const tab = tabs.includes(wanted) ? wanted : 'payload';

  return (
    <section className={styles.pane} aria-label="Event details">
      <Tabs
        label="Details of the event"
        tabs={tabs.map((value) => ({ value, label: tabNames[value] }))}
        value={tab}
        onChange={setWanted}
        after={
          <>
            {detail && <Subject detail={detail} />}
            {detail && (
              <CopyButton
                text={copyText(detail, tab)}
                isIconOnly
                label={`Copy ${tabNames[tab].toLowerCase()}`}
              />
            )}
            <IconButton icon="close" label="Close details" keys={['Esc']} onClick={onClose} />
          </>
        }
      >
        {error && !detail ? (
          <ErrorNotice error={error} onRetry={reload} isBar />
        ) : detail ? (
          <TabContent detail={detail} tab={tab} />
        ) : (
          <Loading />
        )}
      </Tabs>
    </section>
  );
}

function Subject({ detail: { row } }: { readonly detail: Detail }) {
  return (
    <span className={styles.subject}>
      {row.channel !== null && <Name text={row.channel} className={styles.subjectName} />}
      {row.event !== null && <Name text={row.event} className={styles.subjectName} />}
    </span>
  );
}

function TabContent({ detail, tab }: { readonly detail: Detail; readonly tab: Tab }) {
  switch (tab) {
    case 'payload':
      return <Payload detail={detail} />;
    case 'encryption':
      return <SideBySide detail={detail} />;
    case 'raw':
      return <Raw detail={detail} />;
    case 'context':
      return <Context detail={detail} />;
  }
}

function Payload({ detail }: { readonly detail: Detail }) {
  const { row, data } = detail;
  const why = row.encryption?.state === 'closed' ? row.encryption.why : undefined;
  return (
    <>
      {why && <ClosedNotice why={why} />}
      {data === null ? (
        !why && <EmptyState title={row.kind === 'note' ? row.preview : 'This event has no data.'} />
      ) : (
        <Data text={data} isJson={detail.isJson} label="Payload" />
      )}
    </>
  );
}

function Data({
  text,
  isJson,
  label,
}: {
  readonly text: string;
  readonly isJson: boolean;
  readonly label: string;
}) {
  return isJson ? (
    <JsonTree text={text} label={label} isFilling />
  ) : (
    <div className={styles.fill}>
      <CodeBlock text={text} label={label} isWrapped />
    </div>
  );
}

function ClosedNotice({ why }: { readonly why: EncryptionFailure }) {
  const navigation = useNavigation();
  const words = encryptionFailureWords[why];
  const go = () => {
    if (words.goTo === 'vault') return navigation.go({ screen: 'vault' });
    const place = navigation.get();
    if (place.screen === 'app' && place.profileId !== null) navigation.openApp(place.profileId, 'keys');
  };
  return (
    <Notice
      tone="warning"
      isBar
      title={words.title}
      actions={
        words.goTo && <Button onClick={go}>{words.goTo === 'vault' ? 'Open vault' : 'Open keys'}</Button>
      }
    >
      {words.advice}
    </Notice>
  );
}

function SideBySide({ detail }: { readonly detail: Detail }) {
  const { ciphertext, data, row } = detail;
  if (!ciphertext) return null;
  const isOpen = row.encryption?.state === 'decrypted';
  return (
    <div className={styles.sides}>
      <div className={styles.side}>
        <h3 className={styles.sideTitle}>
          Plaintext
          {row.encryption?.state === 'decrypted' && (
            <span className={styles.sideNote}>
              opened with the <SlotLabel slot={row.encryption.slot} /> master key
            </span>
          )}
        </h3>
        {isOpen && data !== null ? (
          <Data text={data} isJson={detail.isJson} label="Plaintext" />
        ) : (
          row.encryption?.state === 'closed' && <ClosedNotice why={row.encryption.why} />
        )}
      </div>
      <div className={styles.side}>
        <h3 className={styles.sideTitle}>
          Ciphertext
          <span className={styles.sideNote}>as it was on the wire</span>
        </h3>
        <div className={styles.fill}>
          <CodeBlock
            text={`nonce       ${ciphertext.nonce}\n\nciphertext\n${ciphertext.ciphertext}`}
            label="Ciphertext"
            isWrapped
          />
        </div>
      </div>
    </div>
  );
}

function Raw({ detail }: { readonly detail: Detail }) {
  return (
    <>
      {detail.isRawCut && (
        <Notice
          tone="notice"
          isBar
          title={`Only the first ${plural(detail.raw.length, 'character')} are shown.`}
        />
      )}
      <div className={styles.fill}>
        <CodeBlock text={detail.raw} label="The frame as it was on the wire" isWrapped />
      </div>
    </>
  );
}

function Context({ detail: { row } }: { readonly detail: Detail }) {
  const facts: readonly Fact[] = [
    { name: 'Time', value: formatDateTime(row.at) },
    { name: 'Direction', value: directionWords[row.direction] },
    ...(row.channel === null
      ? []
      : [
          { name: 'Channel', value: <VisibleText text={row.channel} /> },
          { name: 'Kind', value: <KindLabel kind={channelKind(row.channel)} /> },
        ]),
    ...(row.event === null ? [] : [{ name: 'Event', value: <VisibleText text={row.event} /> }]),
    { name: 'Made by', value: kindWords[row.kind] },
    ...(row.sizeBytes > 0 ? [{ name: 'Frame', value: plural(row.sizeBytes, 'byte') }] : []),
    { name: 'Place in the log', value: String(row.sequence) },
  ];
  return (
    <div className={styles.context}>
      <Facts facts={facts} />
    </div>
  );
}

const directionWords = { in: 'Received', out: 'Sent', note: 'Noted by Latchkey, never on the wire' } as const;
const kindWords = {
  event: 'A server, through the HTTP API',
  client: 'Another client',
  protocol: 'The protocol itself',
  undecodable: 'Unknown: the frame could not be decoded',
  note: 'Latchkey',
} as const;

function copyText(detail: Detail, tab: Tab): string {
  const { data, isJson, ciphertext, raw, row } = detail;
  if (tab === 'raw') return raw;
  if (tab === 'encryption' && ciphertext) return JSON.stringify(ciphertext, null, 2);
  if (tab === 'context') return JSON.stringify(row, null, 2);
  if (data === null) return raw;
  const node = isJson ? parseJson(data) : undefined;
  return node ? formatJson(node) : data;
}
