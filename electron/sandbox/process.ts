/** Entry of the sandbox's process: a server may be made to misbehave, and must not take the app with it. */
import { parentPort } from '../processes/parent-port.ts';
import { serveRpc } from '../processes/rpc.ts';
import { createSandboxHost, type SandboxApi } from './host.ts';

serveRpc<SandboxApi>(parentPort(), createSandboxHost());
