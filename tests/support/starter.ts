/** A light start of Latchkey in a process of its own (`ownership-process.ts`), and what it reports. */
import { onTestFinished } from 'vitest';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import type { Command, Report } from './ownership-process.ts';

const entry = new URL('./ownership-process.ts', import.meta.url);

export class Starter {
  readonly pid: number;
  readonly #child = spawnNodeChild(entry, { name: 'starter' });
  readonly #reports: Report[] = [];
  #wake: (() => void) | undefined;
  readonly #ended: Promise<void>;

  private constructor() {
    this.pid = this.#child.pid ?? 0;
    this.#child.onMessage((report) => {
      this.#reports.push(report as Report);
      this.#wake?.();
    });
    this.#ended = new Promise((resolve) => this.#child.onExit(() => resolve()));
    onTestFinished(() => this.kill());
  }

  /** Loaded, and waiting to be told. */
  static async ready(): Promise<Starter> {
    const starter = new Starter();
    await starter.next();
    return starter;
  }

  async start(folder: string): Promise<Report> {
    return this.#tell({ do: 'start', folder });
  }

  async stopAnswering(): Promise<void> {
    await this.#tell({ do: 'stopAnswering' });
  }

  async release(): Promise<void> {
    await this.#tell({ do: 'release' });
  }

  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** As `kill -9` does: it closes and removes nothing. */
  async kill(): Promise<void> {
    this.#child.kill();
    await this.#ended;
  }

  async next(): Promise<Report> {
    while (this.#reports.length === 0) {
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
        this.#ended.then(() => {
          if (this.#reports.length === 0) throw new Error('The process ended without a report.');
        }),
      ]);
    }
    return this.#reports.shift() as Report;
  }

  #tell(command: Command): Promise<Report> {
    this.#child.send(command);
    return this.next();
  }
}
