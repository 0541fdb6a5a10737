/** The whole log as a file, for a spreadsheet or a program. */
import { useEffect, useRef, useState } from 'react';
import { Button, plural, Section, Segmented } from '../../components/index.ts';
import { useCall, useDraft } from '../../state/index.ts';
import { WriteFile } from '../exports/index.ts';
import styles from './audit.module.css';

const formats = [
  { value: 'csv', label: 'CSV, for spreadsheets' },
  { value: 'ndjson', label: 'NDJSON, an object a line' },
] as const;
type Format = (typeof formats)[number]['value'];

export function AuditExport({ onClose }: { readonly onClose: () => void }) {
  const [format, setFormat] = useDraft<Format>('audit:format', 'csv');
  const [count, setCount] = useState(0);
  const write = useCall('audit.export');
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => frame.current?.focus(), []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes the panel from anywhere inside of it.
    <div
      ref={frame}
      tabIndex={-1}
      className={styles.export}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
      <Section
        title="Export the audit log"
        about="All of it, oldest first: what is shown below of each entry, and no value."
        actions={
          <Button variant="quiet" onClick={onClose}>
            Close
          </Button>
        }
      >
        <WriteFile
          draftName="audit"
          label="Write to"
          suggestedName={`latchkey-audit.${format}`}
          action="Write the file"
          write={{
            isPending: write.isPending,
            error: write.error,
            clear: write.clear,
            run: async (place) => {
              const written = await write.run({ format, ...place });
              setCount(written?.entries ?? 0);
              return written;
            },
          }}
          done={<p>{plural(count, 'entry', 'entries')}.</p>}
        >
          <Segmented label="As" value={format} options={formats} onChange={setFormat} />
        </WriteFile>
      </Section>
    </div>
  );
}
