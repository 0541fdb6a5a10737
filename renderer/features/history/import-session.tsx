/** Takes in what somebody else exported. */
import { type FormEvent, useState } from 'react';
import { Button, ErrorNotice, Notice, plural, Row, Section, Stack } from '../../components/index.ts';
import { useCall, useContractEvent, useDraft, useServices } from '../../state/index.ts';
import { UserPath } from '../files/index.ts';
import styles from './sessions-panel.module.css';

export interface ImportSessionProps {
  readonly profileId: string;
  readonly onOpened: () => void;
}

export function ImportSession({ profileId, onOpened }: ImportSessionProps) {
  const { logs } = useServices().stores;
  const [path, setPath] = useDraft(`log-import:${profileId}`, '');
  const [wasAttempted, setAttempted] = useState(false);
  const [imported, setImported] = useState<{ sessionId: string; events: number; leftOut: number }>();
  const [progress, setProgress] = useState<{ doneBytes: number; totalBytes: number }>();
  const take = useCall('history.importEvents');
  useContractEvent('history.importing', (told) => {
    if (told.profileId === profileId) setProgress(told);
  });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setAttempted(true);
    if (path === '' || take.isPending) return;
    setAttempted(false);
    setImported(undefined);
    setProgress(undefined);
    setImported(await take.run({ profileId, path }));
  };
  const missing = wasAttempted && path === '' ? 'Name the file to take in.' : undefined;
  return (
    <Section
      title="Import"
      about="An NDJSON export of Latchkey, or a segment of its log, becomes a session of its own."
    >
      <form onSubmit={(event) => void submit(event)} autoComplete="off">
        <Stack gap={12}>
          <UserPath
            label="File to import"
            purpose="import"
            exampleName="shop.ndjson"
            value={path}
            onChange={(next) => {
              setPath(next);
              take.clear();
            }}
            problem={missing ? { severity: 'error', message: missing } : undefined}
          />
          <Row>
            {take.isPending ? (
              <>
                <progress
                  className={styles.progress}
                  aria-label="Bytes read"
                  max={Math.max(progress?.totalBytes ?? 1, 1)}
                  value={progress?.doneBytes}
                />
                <Button key="cancel" icon="close" onClick={take.cancel}>
                  Cancel the import
                </Button>
              </>
            ) : (
              <Button key="import" type="submit" icon="add">
                Import session
              </Button>
            )}
          </Row>
        </Stack>
      </form>
      {take.error && <ErrorNotice error={take.error} onDismiss={take.clear} />}
      <div role="status">
        {imported && (
          <Notice
            tone={imported.leftOut > 0 ? 'warning' : 'ok'}
            title={`${plural(imported.events, 'event')} imported.`}
            actions={
              <Button
                onClick={() => {
                  logs.chosen(profileId).set(imported.sessionId);
                  onOpened();
                }}
              >
                Open it
              </Button>
            }
          >
            {imported.leftOut > 0 && (
              <p>{plural(imported.leftOut, 'line')} of the file were no events, and were left out.</p>
            )}
          </Notice>
        )}
      </div>
    </Section>
  );
}
