/** Commands from components. */
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { useServices } from '../state/context.tsx';
import { valueOr } from '../state/remote.ts';
import type { Command } from './registry.ts';

/**
 * Registers commands while the component is shown. Their `run` and `isAvailable` are always those of the latest
 * render, so they may close over state; a change of ids, titles or shortcuts registers them again.
 */
export function useCommands(commands: readonly Command[]): void {
  const registry = useServices().commands;
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  const shape = JSON.stringify(
    commands.map(({ id, title, group, shortcuts, keywords, isListed }) => ({
      id,
      title,
      group,
      shortcuts,
      keywords,
      isListed,
    })),
  );
  const shaped = useMemo(() => JSON.parse(shape) as Omit<Command, 'run' | 'isAvailable'>[], [shape]);
  useEffect(
    () =>
      registry.register(
        shaped.map((command) => {
          const find = () => latest.current.find((each) => each.id === command.id);
          return {
            ...command,
            isAvailable: () => find()?.isAvailable?.() ?? find() !== undefined,
            run: () => find()?.run(),
          };
        }),
      ),
    [registry, shaped],
  );
}

/** Every command that can be listed, as it stands now. */
export function useCommandList(): readonly Command[] {
  const { commands } = useServices();
  return useSyncExternalStore(commands.subscribe, commands.list);
}

export function useIsMac(): boolean {
  const { stores } = useServices();
  const about = useSyncExternalStore(stores.about.subscribe, stores.about.get);
  return valueOr(about, undefined)?.platform === 'darwin';
}
