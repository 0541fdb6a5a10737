/** Says that the main side is gone, and what to do. What the user entered stays where it is. */
import { Button, Notice } from '../components/index.ts';
import { useServices, useTransportStatus } from '../state/index.ts';

export function OfflineBar() {
  const { client } = useServices();
  const { state } = useTransportStatus();
  if (state === 'refused') {
    return (
      <Notice
        tone="danger"
        isBar
        title="Latchkey was started again, and this page belongs to the run before."
      >
        Open the new link that it printed. What you typed here is kept until you close this tab.
      </Notice>
    );
  }
  if (state !== 'offline') return null;
  return (
    <Notice
      tone="warning"
      isBar
      title="Latchkey can’t be reached: it was stopped, or it is starting again."
      actions={
        <Button icon="retry" onClick={() => client.retry()}>
          Try now
        </Button>
      }
    >
      This page tries again by itself, and keeps what you typed. If Latchkey was stopped, start it and open
      the link that it prints then: it is a new one each time.
    </Notice>
  );
}
