/** A secret that is on the clipboard: how long yet, and what to do when it could not be taken off. */
import { useEffect, useState } from 'react';
import type { AppError } from '#shared/lib/app-error.ts';
import { Button, ErrorNotice, Icon, Notice } from '../components/index.ts';
import { asAppError, useReadable, useServices } from '../state/index.ts';
import styles from './status-bar.module.css';

const clearedShownMs = 4_000;
const tickMs = 200;

/** In the status bar. */
export function CopiedPart() {
  const { copied } = useServices().stores;
  const state = useReadable(copied);
  useEffect(() => {
    if (state.state !== 'cleared') return;
    const timer = setTimeout(() => copied.dismiss(), clearedShownMs);
    return () => clearTimeout(timer);
  }, [copied, state]);
  // Always there, so that what it says is announced.
  return (
    <span
      role="status"
      className={state.state === 'none' || state.state === 'left' ? undefined : styles.part}
    >
      {state.state === 'there' && (
        <>
          <Icon name="copy" size={12} />
          <span title={`The ${state.what} is on the clipboard`}>Secret copied</span>
          <Seconds until={state.until} />
        </>
      )}
      {state.state === 'cleared' && (
        <>
          <Icon name="check" size={12} />
          Clipboard cleared
        </>
      )}
    </span>
  );
}

function Seconds({ until }: { readonly until: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), tickMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className={styles.number} aria-hidden="true">
      {Math.max(0, Math.ceil((until - now) / 1000))} s
    </span>
  );
}

/** At the top, until it is dealt with. */
export function CopiedBar() {
  const { client, stores } = useServices();
  const { copied } = stores;
  const state = useReadable(copied);
  const [error, setError] = useState<AppError>();
  const { clearByHand } = client.secrets;
  const clear = async () => {
    try {
      setError(undefined);
      await clearByHand?.();
    } catch (cause) {
      setError(asAppError(cause));
    }
  };
  // Stays when it is empty, to hold the focus of the button that was pressed.
  if (state.state !== 'left') return <div tabIndex={-1} className={styles.anchor} />;
  return (
    <div tabIndex={-1} className={styles.anchor}>
      <Notice
        tone="warning"
        isBar
        title={
          clearByHand
            ? `The ${state.what} may still be on the clipboard: the browser does not let Latchkey clear it now.`
            : `The ${state.what} may still be on the clipboard: the system did not let Latchkey clear it.`
        }
        actions={
          <>
            {clearByHand && <Button onClick={() => void clear()}>Clear the clipboard</Button>}
            <Button variant="quiet" onClick={() => copied.dismiss()}>
              Dismiss
            </Button>
          </>
        }
      >
        {clearByHand
          ? 'A browser allows that only while this page has the focus, and if you have copied something else since, this page can’t know. If you have, there is nothing to do.'
          : 'Copy something else over it, and remove it from your clipboard manager if you have one.'}
      </Notice>
      {error && <ErrorNotice error={error} isBar onDismiss={() => setError(undefined)} />}
    </div>
  );
}
