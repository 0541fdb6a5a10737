/** Things found at start that the user should know, until dismissed. */
import { useState } from 'react';
import { Button, Notice } from '../components/index.ts';
import { useReadable, useServices, valueOr } from '../state/index.ts';

export function Notices() {
  const { about } = useServices().stores;
  const notices = valueOr(useReadable(about), undefined)?.notices ?? [];
  const [dismissed, setDismissed] = useState<readonly string[]>([]);
  return notices
    .filter((notice) => !dismissed.includes(notice))
    .map((notice) => (
      <Notice
        key={notice}
        tone="warning"
        isBar
        title={notice}
        actions={
          <Button variant="quiet" onClick={() => setDismissed((current) => [...current, notice])}>
            Dismiss
          </Button>
        }
      />
    ));
}
