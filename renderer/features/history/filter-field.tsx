/** The log's filter: what is typed, what it could go on with, what is wrong with it, and what was kept of it. */
import { type Ref, useCallback, useEffect, useRef, useState } from 'react';
import {
  completionPlace,
  type FilterRemark,
  filterHelp,
  parseFilter,
  type Suggestion,
  suggestionsAt,
} from '#shared/lib/filter/index.ts';
import { CompletionField, Icon, IconButton, Popover, type WrittenLine } from '../../components/index.ts';
import { type LogState, type LogView, useCall, useDraft } from '../../state/index.ts';
import styles from './filter-field.module.css';
import { isBeingWritten } from './filter-remark.ts';
import { SavedFilters } from './saved-filters.tsx';

const debounceMs = 150;
/** Who types no letter for so long looks at what there is. */
const pauseMs = 800;
const namesLimit = 12;

export interface FilterFieldProps {
  readonly view: LogView;
  readonly log: LogState;
  readonly filterRef: Ref<HTMLInputElement>;
  /** Enter and Esc go from the filter to the rows. */
  readonly onLeave: () => void;
  /** Of what explains the text: see `FilterRemarks`. */
  readonly remarksId: string;
}

/** What is typed, kept for as long as the page lives, whatever became of it. */
export function useFilterText(view: LogView, log: LogState) {
  const [text, setText] = useDraft(`filter:${view.profileId} ${view.sessionId ?? ''}`, log.filter);
  const [caret, setCaret] = useState(text.length);
  // What was ended is not sent again before the user says so.
  const sent = useRef(log.ended?.filter === text ? text : log.filter);
  const send = useCallback(
    (filter: string) => {
      sent.current = filter;
      void view.setFilter(filter);
    },
    [view],
  );
  // The filter can be changed from elsewhere: “Clear filter”. The answer to what was sent from here comes later than
  // the next letter is typed, and a filter that was ended gives way to the one before it: both change nothing.
  const shown = useRef(log.filter);
  useEffect(() => {
    if (log.filter === shown.current) return;
    shown.current = log.filter;
    if (log.filter === sent.current || log.ended) return;
    sent.current = log.filter;
    setText(log.filter);
  }, [log.filter, log.ended, setText]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      if (parseFilter(text).isValid) send(text);
    }, debounceMs);
    return () => clearTimeout(timer);
  }, [text, send]);
  const [paused, setPaused] = useState<string | undefined>(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), pauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  /** The text whose faults were asked for: with Enter, or by going elsewhere. */
  const [demanded, setDemanded] = useState<string>();
  const parsed = parseFilter(text);
  const remark = parsed.isValid ? parsed.hints[0] : parsed.problem;
  const isShown =
    remark !== undefined && (paused === text || demanded === text || !isBeingWritten(remark, text, caret));
  const told: ToldRemark | undefined = isShown
    ? { tone: parsed.isValid ? 'hint' : 'error', ...remark }
    : undefined;
  const demand = () => setDemanded(text);
  const write = (next: string) => {
    if (next === text) return;
    setPaused(undefined);
    setDemanded(undefined);
    setText(next);
  };
  return { text, setText: write, caret, setCaret, send, told, demand };
}

/** What is said of the filter now. */
interface ToldRemark extends FilterRemark {
  readonly tone: 'error' | 'hint';
}

export function FilterField(props: FilterFieldProps & ReturnType<typeof useFilterText>) {
  const { view, filterRef, onLeave, remarksId, text, setText, caret, setCaret, send, told, demand } = props;
  const place = completionPlace(text, caret);
  const names = useNames(view, place?.names);
  const items = place && place.written !== '' ? suggestionsAt(place, names) : [];
  const isValid = parseFilter(text).isValid;
  const change = (line: WrittenLine) => {
    setText(line.value);
    setCaret(line.caret);
  };
  const replace = (filter: string) => {
    change({ value: filter, caret: filter.length });
    if (parseFilter(filter).isValid) send(filter);
  };
  return (
    <div className={styles.bar} data-filter>
      <div className={styles.filter}>
        <CompletionField<Suggestion>
          ref={filterRef}
          label="Filter"
          value={text}
          onChange={change}
          items={items}
          take={({ text: taken, isOpen }) => {
            const { start, end } = place ?? { start: caret, end: caret };
            const rest = text.slice(end);
            const written = `${text.slice(0, start)}${taken}${isOpen || rest !== '' ? '' : ' '}`;
            return { value: written + rest, caret: written.length };
          }}
          onLeave={demand}
          isInvalid={told?.tone === 'error'}
          describedBy={remarksId}
          placeholder="Text, channel:private-*, size:>2k, $.data.id=42"
          before={<Icon name="filter" />}
          after={text !== '' && <IconButton icon="close" label="Clear filter" onClick={() => replace('')} />}
          onKeyDown={(event) => {
            if (event.key === 'Enter') {
              demand();
              if (!isValid) return;
              send(text);
              onLeave();
            } else if (event.key === 'Escape') {
              event.stopPropagation();
              if (text !== '') replace('');
              else onLeave();
            }
          }}
        />
      </div>
      <SavedFilters text={text} onApply={replace} />
      <Help />
    </div>
  );
}

/** Names of channels or events to offer. Those that were there stay until others are known, so that nothing flickers. */
function useNames(
  { profileId, sessionId }: LogView,
  wanted: { readonly kind: 'channel' | 'event'; readonly prefix: string } | undefined,
): readonly string[] {
  const { run } = useCall('history.names');
  const [names, setNames] = useState<readonly string[]>([]);
  const { kind, prefix } = wanted ?? {};
  useEffect(() => {
    if (kind === undefined || prefix === undefined) return;
    let isOver = false;
    run({ profileId, sessionId, kind, text: prefix, limit: namesLimit }).then(
      (answer) => !isOver && answer && setNames(answer.names),
    );
    return () => {
      isOver = true;
    };
  }, [run, profileId, sessionId, kind, prefix]);
  return names;
}

/** Under the field: what is wrong with the filter and where, or what may have been meant. */
export function FilterRemarks(props: {
  readonly id: string;
  readonly text: string;
  readonly told: ToldRemark | undefined;
  readonly log: LogState;
}) {
  const { id, text, told, log } = props;
  const ended = log.ended?.filter === text ? log.ended : undefined;
  return (
    <div id={id} role="status" data-filter>
      {told && <Remark remark={told} text={text} />}
      {ended && (
        <p className={styles.remark} data-tone="error">
          <Icon name="alert-sign" size={14} />
          <span>{ended.message} The rows below are those of the filter before.</span>
        </p>
      )}
    </div>
  );
}

/** Characters of the filter shown before and behind the place. */
const around = 32;

function Remark({ remark, text }: { readonly remark: ToldRemark; readonly text: string }) {
  const { tone, start, end, message } = remark;
  const from = Math.max(0, start - around);
  const to = Math.min(text.length, end + around);
  return (
    <p className={styles.remark} data-tone={tone}>
      <Icon name={tone === 'error' ? 'alert-sign' : 'notice-sign'} size={14} />
      <code className={styles.place}>
        {from > 0 && '…'}
        {text.slice(from, start)}
        <mark>{text.slice(start, end) || ' '}</mark>
        {text.slice(end, to)}
        {to < text.length && '…'}
      </code>
      <span>
        {message} {tone === 'error' && 'The rows below are those of the filter before.'}
      </span>
    </p>
  );
}

function Help() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Popover
      title="What a filter can say"
      isOpen={isOpen}
      onOpenChange={setIsOpen}
      trigger={<IconButton icon="help" label="What a filter can say" />}
    >
      <dl className={styles.help}>
        {filterHelp.map(({ example, meaning }) => (
          <div key={example}>
            <dt>
              <code>{example}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.helpNote}>
        Conditions side by side all have to hold. Text in quotes is searched for as it stands, words of this
        language too.
      </p>
    </Popover>
  );
}
