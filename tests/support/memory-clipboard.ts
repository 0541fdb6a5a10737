/** A clipboard that nothing else uses, and that can be made to fail. */
import type { Clipboard } from '../../electron/vault/index.ts';

export class MemoryClipboard implements Clipboard {
  text = '';
  /** What every use of it fails with from now on. */
  failure: Error | undefined;

  async writeSecret(value: string): Promise<void> {
    if (this.failure) throw this.failure;
    this.text = value;
  }

  async readText(): Promise<string> {
    if (this.failure) throw this.failure;
    return this.text;
  }

  clear(): void {
    this.text = '';
  }
}
