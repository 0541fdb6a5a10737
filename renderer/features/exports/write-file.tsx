/**
 * Writes a file where the user wants it: names the place, asks what has to be asked, replaces nothing unasked, and says
 * where it is.
 */
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { AppError } from '#shared/lib/app-error.ts';
import {
  Actions,
  Button,
  CopyButton,
  ErrorNotice,
  Name,
  Notice,
  Row,
  Stack,
} from '../../components/index.ts';
import { useDraft, useReadable, useServices, valueOr } from '../../state/index.ts';
import { UserPath } from '../files/index.ts';
import styles from './exports.module.css';

export interface FilePlace {
  readonly path: string;
  readonly overwrite: boolean;
}

interface WrittenFile {
  readonly path: string;
  readonly mayBeLost: boolean;
}

export interface WriteFileProps {
  /** Of the place that was named, which survives a change of screen. */
  readonly draftName: string;
  readonly label: string;
  readonly suggestedName: string;
  /** On the button: “Write the file”. */
  readonly action: string;
  /** Asked before anything is written. Undefined: nothing secret leaves. */
  readonly question?: { readonly title: string; readonly body: ReactNode } | undefined;
  /** False: something else is missing, and was told. Asked when the user wants to go on. */
  readonly isReady?: () => boolean;
  readonly isDisabled?: boolean;
  readonly write: {
    readonly isPending: boolean;
    readonly error: AppError | undefined;
    readonly clear: () => void;
    /** Undefined: it failed, and `error` says how. */
    readonly run: (place: FilePlace) => Promise<WrittenFile | undefined>;
  };
  /** What else is to be said of the file that was written. */
  readonly done?: ReactNode;
  /** Fields above the place. */
  readonly children?: ReactNode;
}

type Step = 'form' | 'question' | 'replace';

export function WriteFile(props: WriteFileProps) {
  const { draftName, label, suggestedName, action, question, isReady, isDisabled, write, done, children } =
    props;
  const about = valueOr(useReadable(useServices().stores.about), undefined);
  const [path, setPath] = useDraft(`export-path:${draftName}`, '');
  const [step, setStep] = useState<Step>('form');
  const [wasAttempted, setAttempted] = useState(false);
  const [written, setWritten] = useState<WrittenFile>();
  /** The host's dialog has asked about the file that is there, for one writing. */
  const [wasAsked, setWasAsked] = useState(false);
  const button = useRef<HTMLButtonElement>(null);

  const choose = (next: string) => {
    setPath(next);
    setWasAsked(about?.hasFilePicker === true);
    setWritten(undefined);
    write.clear();
  };
  const send = async (overwrite: boolean) => {
    const told = await write.run({ path, overwrite });
    setWasAsked(false);
    setStep('form');
    setWritten(told);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAttempted(true);
    setWritten(undefined);
    const isElseReady = isReady?.() ?? true;
    if (path === '' || !isElseReady || isDisabled || write.isPending) return;
    setAttempted(false);
    if (question) setStep('question');
    else void send(wasAsked);
  };
  const back = () => {
    setStep('form');
    requestAnimationFrame(() => button.current?.focus());
  };
  const mustReplace = write.error?.code === 'confirmation_required';
  const missing = wasAttempted && path === '' ? 'Name the file to write.' : undefined;
  return (
    <Stack gap={12}>
      <form
        onSubmit={submit}
        autoComplete="off"
        inert={step === 'question' || (mustReplace && !write.isPending)}
      >
        <Stack gap={12}>
          {children}
          <UserPath
            label={label}
            purpose="export"
            suggestedName={suggestedName}
            value={path}
            onChange={choose}
            hint="Only you will be able to read the file."
            problem={missing ? { severity: 'error', message: missing } : undefined}
          />
          <Actions>
            <Button
              ref={button}
              type="submit"
              variant="primary"
              icon="export"
              disabled={isDisabled ?? false}
              isPending={write.isPending}
            >
              {action}
            </Button>
          </Actions>
        </Stack>
      </form>
      {step === 'question' && question && (
        <Question
          title={question.title}
          path={path}
          action="Export"
          isPending={write.isPending}
          onConfirm={() => void send(wasAsked)}
          onCancel={back}
        >
          {question.body}
        </Question>
      )}
      {step === 'form' && mustReplace && (
        <Question
          title="Replace the file that is there?"
          path={path}
          action="Replace it"
          isDanger
          isPending={write.isPending}
          onConfirm={() => void send(true)}
          onCancel={() => {
            write.clear();
            back();
          }}
        >
          <p>What is in it now is lost.</p>
        </Question>
      )}
      {step === 'form' && write.error && !mustReplace && (
        <ErrorNotice error={write.error} onDismiss={write.clear} />
      )}
      <div role="status">
        {written !== undefined && !write.error && (
          <Notice
            tone={written.mayBeLost ? 'warning' : 'ok'}
            title={written.mayBeLost ? 'Written, and not safe yet.' : 'Written.'}
          >
            {written.mayBeLost && (
              <p>
                The file is there, but the disk failed when it was asked to keep it: after a power cut it may
                be gone, or what was there before may be back. Check the disk.
              </p>
            )}
            <Row gap={4}>
              <Name text={written.path} />
              <CopyButton text={written.path} label="Copy the path" isIconOnly />
            </Row>
            {done}
          </Notice>
        )}
      </div>
    </Stack>
  );
}

interface QuestionProps {
  readonly title: string;
  readonly path: string;
  readonly action: string;
  readonly isDanger?: boolean;
  readonly isPending: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
  readonly children: ReactNode;
}

function Question({
  title,
  path,
  action,
  isDanger,
  isPending,
  onConfirm,
  onCancel,
  children,
}: QuestionProps) {
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => cancel.current?.focus(), []);
  return (
    <section
      className={styles.question}
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      <p className={styles.title}>{title}</p>
      {children}
      <p className={styles.where}>
        To <Name text={path} />
      </p>
      <Actions>
        <Button variant={isDanger ? 'danger' : 'primary'} isPending={isPending} onClick={onConfirm}>
          {action}
        </Button>
        <Button ref={cancel} onClick={onCancel}>
          Cancel
        </Button>
      </Actions>
    </section>
  );
}
