/** The leak sweep: looks for the vault's secrets in a folder, and lists places. What it finds is never shown. */
import { type FormEvent, useRef, useState } from 'react';
import { CommandButton } from '../../commands/index.ts';
import {
  Button,
  Checkbox,
  ErrorNotice,
  formatSize,
  Notice,
  Page,
  plural,
  Row,
  Section,
  Stack,
  useKeepFocus,
} from '../../components/index.ts';
import { type SweepState, useDraft, useReadable, useServices, useVault } from '../../state/index.ts';
import { UserPath } from '../files/index.ts';
import { VaultNotice } from '../vault/index.ts';
import styles from './sweep.module.css';
import { SweepReportView } from './sweep-report.tsx';

export function SweepScreen() {
  const { sweep } = useServices().stores;
  const state = useReadable(sweep);
  const isUnlocked = useVault()?.state === 'unlocked';
  const [path, setPath] = useDraft('sweep:path', '');
  const [history, setHistory] = useDraft('sweep:history', false);
  const [wasAttempted, setAttempted] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  useKeepFocus(frame, state.state, 'button:not(:disabled)');
  const isRunning = state.state === 'running';
  const start = (event: FormEvent) => {
    event.preventDefault();
    setAttempted(true);
    if (path !== '' && isUnlocked && !isRunning) void sweep.start({ path, history });
  };
  const missing = wasAttempted && path === '' ? 'Name the folder to look in.' : undefined;
  return (
    <Page
      title="Leak sweep"
      isWide
      actions={<CommandButton command="vault.open" label="Vault" icon="vault" />}
    >
      <Section>
        <p className={styles.about}>
          Looks in a folder for every secret that is in the vault: as it is, in base64, URL-encoded and in
          JSON, in UTF-8 and UTF-16; master keys also in hex and as bytes. Only this machine is searched, by
          the vault process itself. What it finds is not copied and not shown: you get the places.
        </p>
        <VaultNotice>The sweep needs its secrets.</VaultNotice>
        <form onSubmit={start} className={styles.form}>
          <Stack gap={12}>
            <UserPath
              label="Folder"
              purpose="sweep"
              value={path}
              onChange={setPath}
              hint="With everything in it, but for what links lead to elsewhere."
              problem={missing ? { severity: 'error', message: missing } : undefined}
            />
            <Checkbox
              label="Also everything that its git repositories have ever kept"
              isChecked={history}
              onChange={setHistory}
            />
            <div ref={frame} tabIndex={-1} className={styles.frame}>
              <Row>
                {/* Two buttons: one that became the other within its own click would begin another sweep. */}
                {isRunning ? (
                  <Button key="cancel" icon="close" onClick={() => sweep.cancel()}>
                    Cancel the sweep
                  </Button>
                ) : (
                  <Button key="sweep" type="submit" variant="primary" icon="sweep" disabled={!isUnlocked}>
                    Sweep
                  </Button>
                )}
                <Told state={state} />
              </Row>
            </div>
          </Stack>
        </form>
      </Section>
      {state.state === 'failed' && (
        <ErrorNotice error={state.error} onRetry={() => void sweep.start(state.order)} />
      )}
      {state.state === 'cancelled' && (
        <Notice tone="notice" title="The sweep was cancelled.">
          What it had found until then is not kept.
        </Notice>
      )}
      {state.state === 'done' && <SweepReportView order={state.order} report={state.report} />}
    </Page>
  );
}

/** Always there, so that what it says is announced. */
function Told({ state }: { readonly state: SweepState }) {
  return (
    <span role="status" className={styles.progress}>
      {state.state === 'running' && words(state.progress)}
    </span>
  );
}

function words(progress: Extract<SweepState, { state: 'running' }>['progress']): string {
  if (!progress) return 'Sweeping…';
  const { files, gitObjects, bytes, places } = progress;
  const parts = [
    plural(files, 'file'),
    ...(gitObjects > 0 ? [plural(gitObjects, 'object of the history', 'objects of the history')] : []),
    `${formatSize(bytes)} bytes`,
    places === 0 ? 'nothing found yet' : `${plural(places, 'place')} found`,
  ];
  return `Sweeping: ${parts.join(', ')}`;
}
