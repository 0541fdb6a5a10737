/** Goes to the first event at or after a time. */
import { type FormEvent, useState } from 'react';
import { useCommands } from '../../commands/index.ts';
import { Button, formatDateTime, IconButton, Popover, TextField, useToast } from '../../components/index.ts';
import { type LogView, useDraft, useQuery, valueOr } from '../../state/index.ts';
import styles from './inspector.module.css';
import { readTime, timeExamples } from './time-text.ts';
import type { Jump } from './use-jump.ts';

export interface GoToTimeProps {
  readonly view: LogView;
  readonly onJump: Jump;
}

export function GoToTime({ view, onJump }: GoToTimeProps) {
  const { profileId, sessionId } = view;
  const toast = useToast();
  const [isOpen, setIsOpen] = useState(false);
  const [text, setText] = useDraft(`go-to-time:${profileId}`, '');
  const [problem, setProblem] = useState<string>();
  const { result } = useQuery(
    'history.describeSession',
    sessionId === undefined ? null : { profileId, sessionId },
  );
  useCommands([
    {
      id: 'inspector.goToTime',
      title: 'Go to a time',
      group: 'Inspector',
      shortcuts: ['t'],
      keywords: 'jump when clock date',
      isAvailable: () => view.count > 0,
      run: () => setIsOpen(true),
    },
  ]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const endMs = valueOr(result, undefined)?.lastAt ?? Date.now();
    const read = readTime(text, endMs);
    if ('problem' in read) return setProblem(read.problem);
    setIsOpen(false);
    if (await onJump({ by: 'time', atMs: read.atMs }))
      toast({ message: `The first event since ${formatDateTime(read.atMs)}.` });
  };
  return (
    <Popover
      title="Go to a time"
      isOpen={isOpen}
      onOpenChange={setIsOpen}
      trigger={<IconButton icon="time" label="Go to a time" keys={['t']} />}
    >
      <form className={styles.timeForm} onSubmit={(event) => void submit(event)} autoComplete="off">
        <TextField
          label="Time"
          isLabelHidden
          isCode
          autoFocus
          value={text}
          onChange={(next) => {
            setText(next);
            setProblem(undefined);
          }}
          placeholder="14:02:11.482"
          hint={`Such as ${timeExamples}.`}
          problem={problem === undefined ? undefined : { severity: 'error', message: problem }}
        />
        <Button type="submit" variant="primary">
          Go
        </Button>
      </form>
    </Popover>
  );
}
