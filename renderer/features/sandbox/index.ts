/** What the page uses of the sandbox. */
export { SandboxCommands } from './sandbox-commands.tsx';
export { SandboxScreen as default } from './sandbox-screen.tsx';
