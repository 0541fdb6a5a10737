export { CommandButton } from './command-button.tsx';
export { useCommandList, useCommands, useIsMac } from './hooks.ts';
export { listenForKeys } from './keyboard.ts';
export { type Command, CommandRegistry } from './registry.ts';
export { shortcutKeys } from './shortcut.ts';
