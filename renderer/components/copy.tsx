/** Copying text that is no secret: secrets go from the vault to the clipboard, never through the page. */
import { useEffect, useState } from 'react';
import { Button, IconButton } from './button.tsx';

/** The button says “Copied” that long. */
const thanksMs = 1_500;

export interface CopyButtonProps {
  readonly text: string;
  readonly label?: string;
  readonly isIconOnly?: boolean;
}

export function CopyButton({ text, label = 'Copy', isIconOnly }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>();
  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(() => setOutcome(undefined), thanksMs);
    return () => clearTimeout(timer);
  }, [outcome]);
  const shown = outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'Could not copy' : label;
  const copy = () => {
    void copyText(text).then((isDone) => setOutcome(isDone ? 'copied' : 'failed'));
  };
  const icon = outcome === 'copied' ? 'check' : 'copy';
  if (isIconOnly) return <IconButton icon={icon} label={shown} onClick={copy} />;
  return (
    <Button variant="quiet" icon={icon} onClick={copy}>
      {shown}
    </Button>
  );
}

/** Answers whether the browser let it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return false;
  }
  // Writing by script sends none, and a secret that was there may have to be known as replaced.
  document.dispatchEvent(new ClipboardEvent('copy'));
  return true;
}
