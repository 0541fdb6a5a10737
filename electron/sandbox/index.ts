/** The built-in Channels server, as the rest of the app sees it. */
export { demoChannels } from './demo-channels.ts';
export type { SandboxApi, SandboxCredentials } from './host.ts';
export { SandboxProcess } from './process-client.ts';
export type { KeyPair } from './server/app-store.ts';
export { Sandbox } from './service.ts';
