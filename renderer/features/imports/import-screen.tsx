/** Imports credentials: where they are, what was found and what becomes of it, what was made. */
import { useState } from 'react';
import type { ImportedApp, ImportPreview } from '#shared/contract/imports.ts';
import { Page } from '../../components/index.ts';
import { useCall, useDraft } from '../../state/index.ts';
import { type Choices, firstChoices } from './choices.ts';
import { ImportDone } from './import-done.tsx';
import { ImportPreviewView } from './import-preview.tsx';
import { ImportSource, type SourceKind } from './import-source.tsx';

/** Survives a change of place, as what is typed does: the vault process keeps the import meanwhile. No secret is in it. */
export type ImportStage =
  | { readonly stage: 'source' }
  | {
      readonly stage: 'preview';
      readonly from: SourceKind;
      readonly preview: ImportPreview;
      readonly choices: Choices;
    };

interface Done {
  readonly from: SourceKind;
  readonly apps: readonly ImportedApp[];
}

const start: ImportStage = { stage: 'source' };

export function ImportScreen() {
  const [stage, setStage, reset] = useDraft<ImportStage>('import', start);
  const [done, setDone] = useState<Done>();
  const drop = useCall('imports.drop');
  const cancel = (importId: string) => {
    reset();
    // It ends by itself in some minutes, if this fails.
    void drop.run({ importId });
  };
  return (
    <Page title="Import credentials" isWide={stage.stage === 'preview'}>
      {!done && stage.stage === 'source' && (
        <ImportSource
          onOpened={(preview, from) =>
            setStage({ stage: 'preview', from, preview, choices: firstChoices(preview) })
          }
        />
      )}
      {stage.stage === 'preview' && (
        <ImportPreviewView
          key={stage.preview.importId}
          preview={stage.preview}
          choices={stage.choices}
          onChoices={(choices) => setStage({ ...stage, choices })}
          onCancel={() => cancel(stage.preview.importId)}
          onDone={(apps) => {
            setDone({ from: stage.from, apps });
            reset();
          }}
        />
      )}
      {done && stage.stage === 'source' && <ImportDone {...done} onAgain={() => setDone(undefined)} />}
    </Page>
  );
}
