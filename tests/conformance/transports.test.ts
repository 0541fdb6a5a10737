import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { vi } from 'vitest';
import { WebSocket } from 'ws';
import { messageChannel, pageChannel } from '#shared/lib/bridge-names.ts';
import { startWebHost } from '../../electron/hosts/web/server.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { describeTransport } from './transport-suite.ts';

// Only what the transport calls: an event emitter in place of Electron's main-side IPC.
const { ipcMain } = await vi.hoisted(async () => {
  const { EventEmitter: Emitter } = await import('node:events');
  return { ipcMain: new Emitter() };
});
vi.mock('electron', () => ({ ipcMain, protocol: {} }));

const { serveWindow } = await import('../../electron/hosts/electron/transport.ts');

describeTransport('the web host’s WebSocket', {
  async connect(openSession) {
    const host = await startWebHost({ port: 0, pageFolder: temporaryFolder(), openSession });
    const { hash } = new URL(host.createUrl());
    const origin = `http://127.0.0.1:${host.port}`;
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}/socket`, { origin });
    await new Promise((resolve) => socket.once('open', resolve));
    const welcome = new Promise((resolve) => socket.once('message', resolve));
    const [ticket, session] = [hash.replace('#ticket=', ''), randomBytes(32).toString('base64url')];
    socket.send(JSON.stringify({ type: 'hello', session, ticket }));
    await welcome;
    return {
      send: (message) => socket.send(JSON.stringify(message)),
      onMessage: (listener) => socket.on('message', (data) => listener(JSON.parse(data.toString()))),
      close: () => host.close(),
    };
  },
});

describeTransport('Electron’s IPC', {
  async connect(openSession) {
    const heard = new EventEmitter();
    const webContents = Object.assign(new EventEmitter(), {
      isDestroyed: () => false,
      send: (_channel: string, message: unknown) => heard.emit('message', structuredClone(message)),
    });
    const window = Object.assign(new EventEmitter(), { webContents });
    serveWindow(window as never, openSession, (port) => port.close());
    const senderFrame = { parent: null, url: 'app://latchkey/' };
    ipcMain.emit(pageChannel, { sender: webContents, senderFrame });
    return {
      send: (message) =>
        ipcMain.emit(messageChannel, { sender: webContents, senderFrame }, structuredClone(message)),
      onMessage: (listener) => heard.on('message', listener),
      close: async () => {
        window.emit('closed');
      },
    };
  },
});
