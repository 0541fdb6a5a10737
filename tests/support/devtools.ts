/**
 * A browser driven by as little of DevTools as will do: Playwright has every message of a socket reported to it, and
 * so keeps a copy of its own in the very processes that are to be measured.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { findChromium } from '../../scripts/lib/chromium.mjs';
import { eventually } from './conditions.ts';

/** A browser of the test's own, with one empty tab. */
export class BareBrowser {
  readonly #process: ChildProcess;
  readonly #port: string;

  private constructor(browser: ChildProcess, port: string) {
    this.#process = browser;
    this.#port = port;
  }

  /** @param profile An empty folder for its files. */
  static async launch(profile: string): Promise<BareBrowser> {
    const executable = findChromium();
    if (!executable) throw new Error('No Chromium was found');
    const flags = [
      '--headless',
      '--no-sandbox',
      '--no-first-run',
      '--remote-debugging-port=0',
      '--window-size=1440,900',
    ];
    const browser = spawn(executable, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
      stdio: 'ignore',
    });
    const portFile = join(profile, 'DevToolsActivePort');
    const port = await eventually(
      // It is there before its content is.
      () => existsSync(portFile) && (readFileSync(portFile, 'utf8').split('\n')[0] || undefined),
    );
    return new BareBrowser(browser, port);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  async openTab(url: string): Promise<Tab> {
    const path = `http://127.0.0.1:${this.#port}/json/new?${encodeURIComponent(url)}`;
    const answer = await fetch(path, { method: 'PUT' });
    const { webSocketDebuggerUrl } = (await answer.json()) as { webSocketDebuggerUrl: string };
    const socket = new WebSocket(webSocketDebuggerUrl);
    await once(socket, 'open');
    return new Tab(socket);
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}

export class Tab {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  readonly #listeners = new Map<string, (params: unknown) => void>();
  #lastId = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const { id, result, error, method, params } = JSON.parse(String(data));
      if (id === undefined) {
        this.#listeners.get(method)?.(params);
        return;
      }
      const answer = this.#answers.get(id);
      this.#answers.delete(id);
      if (error) answer?.reject(new Error(error.message));
      else answer?.resolve(result);
    });
  }

  send(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  /** One listener for each kind of event. */
  on(method: string, listener: (params: unknown) => void): void {
    this.#listeners.set(method, listener);
  }

  async evaluate(expression: string): Promise<unknown> {
    const params = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', params)) as {
      result: { value?: unknown };
      exceptionDetails?: { text: string };
    };
    if (exceptionDetails) throw new Error(`The page threw: ${exceptionDetails.text}`);
    return result.value;
  }

  /** Waits until an expression is true in the page. */
  async until(expression: string): Promise<void> {
    await eventually(
      async () => (await this.evaluate(`Boolean(${expression})`).catch(() => false)) === true,
      {
        what: expression,
      },
    );
  }

  /** Key by key: the whole text is in no message. */
  async type(text: string): Promise<void> {
    for (const key of text) {
      await this.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text: key });
      await this.send('Input.dispatchKeyEvent', { type: 'keyUp', key });
    }
  }

  async press(key: 'Enter' | 'Paste'): Promise<void> {
    const event =
      key === 'Enter' ? { key, text: '\r', windowsVirtualKeyCode: 13 } : { key: 'v', commands: ['paste'] };
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', key: event.key });
  }

  async close(): Promise<void> {
    await this.send('Page.close');
    this.#socket.close();
  }
}
