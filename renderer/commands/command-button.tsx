/** A button for a command: its words, its keys in the tooltip, disabled while it is not available. */
import { Button, type ButtonProps, Tooltip } from '../components/index.ts';
import { useServices } from '../state/context.tsx';
import { useCommandList, useIsMac } from './hooks.ts';
import { shortcutKeys } from './shortcut.ts';

export interface CommandButtonProps {
  readonly command: string;
  /** In place of the command's title, where the title is too long. */
  readonly label?: string;
  readonly variant?: ButtonProps['variant'];
  readonly icon?: ButtonProps['icon'];
  /** While what it began is under way: it keeps the focus, and can't be pressed. */
  readonly isPending?: boolean;
  /** In a toolbar: where the window has little room only its icon is seen. */
  readonly isCompact?: boolean;
}

/** Nothing is drawn while no such command is registered. */
export function CommandButton(props: CommandButtonProps) {
  const { command: id, label, variant, icon, isPending = false, isCompact = false } = props;
  const { commands } = useServices();
  const isMac = useIsMac();
  const command = useCommandList().find((each) => each.id === id);
  if (!command) return null;
  const [shortcut] = command.shortcuts ?? [];
  const keys = shortcut ? { keys: shortcutKeys(shortcut, isMac) } : {};
  const button = (
    <Button
      {...(variant ? { variant } : {})}
      {...(icon ? { icon } : {})}
      isPending={isPending}
      isCompact={isCompact}
      disabled={!commands.isAvailable(id)}
      onClick={() => commands.run(id)}
    >
      {label ?? command.title}
    </Button>
  );
  if (!shortcut && !isCompact) return button;
  return (
    <Tooltip text={command.title} {...keys}>
      {button}
    </Tooltip>
  );
}
