/** The owner's side of the `latchkey` command. Its own side is `main.ts`, which an entry loads when it is needed. */
export { isCommandLine } from './arguments.ts';
export { type CommandsOptions, createCommands } from './commands.ts';
