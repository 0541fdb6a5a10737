/**
 * Asks before a secret is shown or, where it passes through the page, copied; and shows it for some seconds. What is
 * shown is put into the page by hand: React would keep copies of it.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import { Actions, Button, ErrorNotice, Stack } from '../../components/index.ts';
import { useCopySecret, useRevealSecret, useTransportStatus, useVault } from '../../state/index.ts';
import styles from './vault.module.css';

export const shownForMs = 10_000;
const tickMs = 200;

export interface SecretExitProps {
  readonly credentialId: string;
  /** “current app secret of shop”. */
  readonly what: string;
  /** `••••a1b2` */
  readonly masked: string;
  readonly onDone: () => void;
}

export function ShowSecret({ credentialId, what, masked, onDone }: SecretExitProps) {
  const place = useRef<HTMLElement>(null);
  const [until, setUntil] = useState<number>();
  const reveal = useRevealSecret();
  const isOpen = useVault()?.state === 'unlocked';
  const isReachable = useTransportStatus().state === 'online';
  const mayShow = useRef(true);
  mayShow.current = isOpen && isReachable;

  const show = async () => {
    const value = await reveal.run(credentialId);
    // It may be too late: locked, or this panel is gone.
    if (value === undefined || !place.current || !mayShow.current || document.hidden) return;
    place.current.textContent = value;
    setUntil(Date.now() + shownForMs);
  };
  const hide = useCallback(() => {
    if (place.current) place.current.textContent = '';
    onDone();
  }, [onDone]);
  useEffect(() => {
    if (until !== undefined && !(isOpen && isReachable)) hide();
  }, [until, isOpen, isReachable, hide]);
  const isShown = until !== undefined;
  return (
    <section
      className={styles.exit}
      aria-label={`Show the ${what}`}
      onKeyDown={(event) => {
        if (event.key === 'Escape') hide();
      }}
    >
      <div hidden={!isShown}>
        <code ref={place} className={styles.shown} />
      </div>
      {isShown ? (
        <Countdown until={until} onOver={hide}>
          {(seconds) => (
            <div className={styles.counting}>
              <p className={styles.soft} aria-hidden="true">
                The {what}. Hidden in <span className={styles.seconds}>{seconds}</span> s.
              </p>
              <p className="visually-hidden" role="status">
                The {what} is shown above for 10 seconds.
              </p>
              <FocusedButton onClick={hide}>Hide now</FocusedButton>
            </div>
          )}
        </Countdown>
      ) : (
        <Question
          title={`Show the ${what}, ${masked}?`}
          action="Show for 10 s"
          isPending={reveal.isPending}
          onConfirm={() => void show()}
          onCancel={hide}
        >
          Everyone who sees this screen can read it. It is written to the audit log.
        </Question>
      )}
      {reveal.error && <ErrorNotice error={reveal.error} onDismiss={reveal.clear} />}
    </section>
  );
}

export function AskToCopy({ credentialId, what, masked, onDone }: SecretExitProps) {
  const copy = useCopySecret();
  return (
    <section
      className={styles.exit}
      aria-label={`Copy the ${what}`}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onDone();
      }}
    >
      <Question
        title={`Copy the ${what}, ${masked}?`}
        action="Copy"
        isPending={copy.isPending}
        onConfirm={async () => {
          if (await copy.run({ credentialId, what })) onDone();
        }}
        onCancel={onDone}
      >
        It passes through this page to the browser’s clipboard, where other programs can read it. Latchkey
        takes it off after 10 s if the browser lets it, and says so if not. It is written to the audit log.
      </Question>
      {copy.error && <ErrorNotice error={copy.error} onDismiss={copy.clear} />}
    </section>
  );
}

interface QuestionProps {
  readonly title: string;
  readonly children: React.ReactNode;
  readonly action: string;
  readonly isPending: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

function Question({ title, children, action, isPending, onConfirm, onCancel }: QuestionProps) {
  return (
    <Stack gap={8}>
      <p className={styles.title}>{title}</p>
      <p className={styles.soft}>{children}</p>
      <Actions>
        <Button isPending={isPending} onClick={onConfirm}>
          {action}
        </Button>
        <FocusedButton onClick={onCancel}>Cancel</FocusedButton>
      </Actions>
    </Stack>
  );
}

/** Has the focus as soon as it is drawn. */
function FocusedButton({ onClick, children }: { readonly onClick: () => void; readonly children: string }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <Button ref={button} onClick={onClick}>
      {children}
    </Button>
  );
}

interface CountdownProps {
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly onOver: () => void;
  readonly children: (seconds: number) => React.ReactNode;
}

/** Ends on time whichever clock is right, and as soon as nobody can see the page. */
function Countdown({ until, onOver, children }: CountdownProps) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const over = setTimeout(onOver, shownForMs);
    const tick = setInterval(() => {
      if (Date.now() >= until) onOver();
      else setNow(Date.now());
    }, tickMs);
    const onVisibility = () => {
      if (document.hidden) onOver();
    };
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      clearTimeout(over);
      clearInterval(tick);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [until, onOver]);
  return children(Math.max(1, Math.ceil((until - now) / 1000)));
}
