/** Everything about one event. */
import { useState } from 'react';
import { bytesLimit, type Detail, type EncryptionFailure } from '#shared/contract/history.ts';
import { channelKind } from '#shared/protocol/channels.ts';
import {
  Button,
  CodeBlock,
  CopyButton,
  EmptyState,
  ErrorNotice,
  type Fact,
  Facts,
  formatCount,
  formatDateTime,
  formatDelta,
  formatJson,
  HexView,
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
import { useContractEvent, useNavigation, useQuery, useServices } from '../../state/index.ts';
import { CopyMenu } from './copy-menu.tsx';
import styles from './detail-pane.module.css';
import { Difference } from './difference.tsx';
import { encryptionFailureWords } from './encryption-words.ts';
import { EventFilterMenu } from './event-filter.tsx';
import { MarkNote } from './mark-note.tsx';
import type { Marks } from './use-marks.ts';

const tabNames = {
  payload: 'Payload',
  encryption: 'Plaintext | Ciphertext',
  raw: 'Raw',
  bytes: 'Bytes',
  difference: 'Difference',
  context: 'Context',
} as const;
type Tab = keyof typeof tabNames;

export interface DetailPaneProps {
  readonly profileId: string;
  /** Undefined: the session that is being recorded. */
  readonly sessionId: string | undefined;
  readonly sequence: number;
  /** When the row before it came: milliseconds since 1970. */
  readonly previousAt: number | undefined;
  readonly marks: Marks;
  /** An event that others are compared with. */
  readonly picked: Detail | undefined;
  readonly onPick: (detail: Detail | undefined) => void;
  readonly onClose: () => void;
}

export function DetailPane(props: DetailPaneProps) {
  const { profileId, sessionId, sequence, previousAt, marks, picked, onPick, onClose } = props;
  const { commands } = useServices();
  const mark = marks.of(sequence);
  const { result, error, reload } = useQuery('history.detail', {
    profileId,
    sequence,
    ...(sessionId === undefined ? {} : { sessionId }),
  });
  useContractEvent('vault.changed', reload);
  useContractEvent('vault.credentialsChanged', reload);
  const [wanted, setWanted] = useState<Tab>('payload');
  const detail = result.state === 'ready' ? result.value : undefined;
  const isPicked = picked !== undefined && picked.row.sequence === sequence;
  const tabs: readonly Tab[] = [
    'payload',
    ...(detail?.ciphertext ? (['encryption'] as const) : []),
    'raw',
    ...(detail?.bytes ? (['bytes'] as const) : []),
    ...(picked && !isPicked ? (['difference'] as const) : []),
    'context',
  ];
  // The wanted tab is remembered over events that don't have it.
  const tab = tabs.includes(wanted) ? wanted : 'payload';

  return (
    <section className={styles.pane} aria-label="Event details">
      {mark && (
        <MarkNote
          key={sequence}
          name={sessionId ?? profileId}
          sequence={sequence}
          note={mark.note}
          marks={marks}
        />
      )}
      <Tabs
        label="Details of the event"
        tabs={tabs.map((value) => ({ value, label: tabNames[value] }))}
        value={tab}
        onChange={setWanted}
        after={
          <>
            {detail && <Subject detail={detail} />}
            {detail && (
              <>
                <Button
                  variant={isPicked ? 'plain' : 'quiet'}
                  onClick={() => {
                    onPick(isPicked ? undefined : detail);
                    if (!isPicked && wanted === 'difference') setWanted('payload');
                  }}
                >
                  {isPicked ? 'Compare with none' : 'Compare with this'}
                </Button>
                <IconButton
                  icon="mark"
                  label={mark ? 'Take the mark away' : 'Mark this event'}
                  keys={['m']}
                  isPressed={mark !== undefined}
                  onClick={() => commands.run('inspector.mark')}
                />
                <EventFilterMenu row={detail.row} />
                <CopyMenu detail={detail} profileId={profileId} />
                <CopyButton
                  text={textOf(detail, tab)}
                  isIconOnly
                  label={`Copy ${tabNames[tab].toLowerCase()}`}
                />
              </>
            )}
            <IconButton icon="close" label="Close details" keys={['Esc']} onClick={onClose} />
          </>
        }
      >
        {error && !detail ? (
          <ErrorNotice error={error} onRetry={reload} isBar />
        ) : detail ? (
          <TabContent detail={detail} tab={tab} picked={picked} previousAt={previousAt} />
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

interface TabContentProps {
  readonly detail: Detail;
  readonly tab: Tab;
  readonly picked: Detail | undefined;
  readonly previousAt: number | undefined;
}

function TabContent({ detail, tab, picked, previousAt }: TabContentProps) {
  switch (tab) {
    case 'payload':
      return <Payload detail={detail} />;
    case 'encryption':
      return <SideBySide detail={detail} />;
    case 'raw':
      return <Raw detail={detail} />;
    case 'bytes':
      return <Bytes detail={detail} />;
    case 'difference':
      return picked ? <Difference before={picked} after={detail} /> : null;
    case 'context':
      return <Context detail={detail} previousAt={previousAt} />;
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

function Bytes({ detail: { bytes, row } }: { readonly detail: Detail }) {
  if (bytes === null) return null;
  return (
    <>
      <Notice
        tone="notice"
        isBar
        title={
          row.sizeBytes > bytesLimit
            ? `This frame is not UTF-8. The first ${formatCount(bytesLimit)} of its ${plural(row.sizeBytes, 'byte')} are shown.`
            : 'This frame is not UTF-8, which the protocol asks for.'
        }
      />
      <div className={styles.fill}>
        <HexView base64={bytes} label="The frame’s bytes" />
      </div>
    </>
  );
}

interface ContextProps {
  readonly detail: Detail;
  readonly previousAt: number | undefined;
}

function Context({ detail: { row }, previousAt }: ContextProps) {
  const facts: readonly Fact[] = [
    { name: 'Time', value: formatDateTime(row.at) },
    ...(previousAt === undefined
      ? []
      : [{ name: 'Since the row before', value: formatDelta(row.at - previousAt) }]),
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

function textOf(detail: Detail, tab: Tab): string {
  const { data, isJson, ciphertext, raw, row } = detail;
  if (tab === 'raw' || tab === 'bytes') return raw;
  if (tab === 'encryption' && ciphertext) return JSON.stringify(ciphertext, null, 2);
  if (tab === 'context') return JSON.stringify(row, null, 2);
  if (data === null) return raw;
  const node = isJson ? parseJson(data) : undefined;
  return node ? formatJson(node) : data;
}
