/** The preload script, with Electron's two modules recorded: what it passes on, and from whom. */
import { afterAll, beforeEach, expect, it, vi } from 'vitest';

const { exposed, ipcRenderer, contextBridge } = vi.hoisted(() => {
  const bridges: Record<string, Record<string, unknown>> = {};
  return {
    exposed: bridges,
    contextBridge: {
      exposeInMainWorld: (name: string, bridge: Record<string, unknown>) => {
        bridges[name] = bridge;
      },
    },
    ipcRenderer: { send: vi.fn(), postMessage: vi.fn(), on: vi.fn(), off: vi.fn() },
  };
});
vi.mock('electron', () => ({ contextBridge, ipcRenderer }));

const listeners: ((event: unknown) => void)[] = [];
const page = {
  location: { origin: 'app://latchkey' },
  addEventListener: (_type: string, listener: (event: unknown) => void) => listeners.push(listener),
};
vi.stubGlobal('window', page);
await import('../../../electron/preload.ts');
afterAll(() => vi.unstubAllGlobals());

const port = { name: 'a port' };
const own = { source: page, origin: page.location.origin, data: 'latchkey:port', ports: [port] };
const post = (changes: Partial<typeof own> | { source: unknown }) => {
  for (const listener of listeners) listener({ ...own, ...changes });
};

beforeEach(() => void ipcRenderer.postMessage.mockClear());

it('gives the page two functions and nothing of Electron’s', () => {
  expect(Object.keys(exposed)).toEqual(['latchkey']);
  expect(Object.keys(exposed.latchkey ?? {})).toEqual(['send', 'onMessage']);
});

it('passes a channel of the page’s own window on, and nothing that came with it', () => {
  post({});
  expect(ipcRenderer.postMessage.mock.calls).toEqual([['latchkey:port', null, [port]]]);
});

it('passes on nothing else', () => {
  post({ source: { location: page.location } });
  post({ source: null });
  post({ origin: 'https://evil.example' });
  post({ origin: 'null' });
  post({ data: 'latchkey:message' });
  post({ data: { type: 'latchkey:port' } as never });
  post({ ports: [] });
  post({ ports: [port, port] });
  expect(ipcRenderer.postMessage).not.toHaveBeenCalled();
});
