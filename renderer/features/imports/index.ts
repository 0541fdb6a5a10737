/** What the page uses of imports. */
export { ImportCommands } from './import-commands.tsx';
export { ImportScreen as default } from './import-screen.tsx';
