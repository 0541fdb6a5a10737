/** The web host as a program: what it prints, and how it ends. */
import { describe, expect, it } from 'vitest';
import { startServe } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary.ts';

describe('the web host', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('ends by %s to its whole group, without a word', async (signal) => {
    const host = startServe(temporaryFolder());
    await host.says(/^Latchkey is at http:\/\/127\.0\.0\.1:\d+\/#ticket=[\w-]{43}\n$/);
    process.kill(-host.pid, signal);
    expect(await host.ended).toBe(0);
    expect(host.complaints()).toBe('');
    // Nothing of the group is left.
    expect(() => process.kill(-host.pid, 0)).toThrow();
  });

  it('says what is wrong with a port', async () => {
    const host = startServe(temporaryFolder(), ['--no-open', '--port', 'eighty']);
    expect(await host.ended).toBe(2);
    expect(host.complaints()).toContain('--port wants a number');
  });
});
