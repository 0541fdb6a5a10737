/** When the process is ready: some of Electron works only before, some only after. */

export type Phase = 'starting' | 'ready' | 'quitting';

class Lifecycle {
  phase: Phase = 'starting';

  requireStarting(what: string): void {
    if (this.phase !== 'starting') throw new Error(`${what} has to be called before the app is ready.`);
  }

  requireReady(what: string): void {
    if (this.phase === 'starting') throw new Error(`${what} can’t be used before the app is ready.`);
  }
}

export const lifecycle = new Lifecycle();
