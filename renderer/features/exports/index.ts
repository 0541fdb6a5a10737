export { ExportsCommands } from './exports-commands.tsx';
export { ExportsScreen as default } from './exports-screen.tsx';
export { type FilePlace, WriteFile, type WriteFileProps } from './write-file.tsx';
