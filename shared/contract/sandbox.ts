/** The built-in Channels server, for trying things without a real one. */
import * as z from 'zod';
import { call, event, nothing } from './define.ts';
import * as s from './strings.ts';

export const sandboxStates = ['stopped', 'starting', 'running', 'failed'] as const;

export const sandboxStatus = z.strictObject({
  state: z.enum(sandboxStates),
  /** The loopback port, while it runs. */
  port: z.number().int().nullable(),
  /** The app profile that was made for it. */
  profileId: s.profileId.nullable(),
  isDemoRunning: z.boolean(),
  /** Why it failed. */
  reason: s.prose.nullable(),
});
export type SandboxStatus = z.infer<typeof sandboxStatus>;

export const sandbox = {
  status: call({ input: nothing, output: sandboxStatus }),
  /** Starts it with new credentials, hands them to the vault, makes or updates its profile, and connects. */
  start: call({
    input: nothing,
    output: sandboxStatus,
    errors: ['sandbox_failed', 'vault_locked', 'keychain_locked', 'keychain_unavailable', 'cancelled'],
  }),
  stop: call({ input: nothing, output: sandboxStatus }),
  /** Events made by the sandbox itself, which say that they are demo traffic; subscribes to their channels. */
  setDemo: call({
    input: z.strictObject({ isRunning: z.boolean() }),
    output: sandboxStatus,
    errors: ['sandbox_failed'],
  }),
  changed: event(sandboxStatus),
};
