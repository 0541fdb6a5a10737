export { SweepCommands } from './sweep-commands.tsx';
export { SweepScreen as default } from './sweep-screen.tsx';
