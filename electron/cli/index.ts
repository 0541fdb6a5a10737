/** The owner's side of the `latchkey` command. Its own side is `main.ts`. */
export { type CommandsOptions, createCommands } from './commands.ts';
