/**
 * What `contextBridge` is made of: two ends of one message port, one in each world of the page. Events of the port reach
 * both worlds at once, and Chromium clones their data between the worlds, so that neither ever has an object of the
 * other's. Functions are left behind, and called from there.
 */

type AnyFunction = (...args: unknown[]) => unknown;

type Copied =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'array'; readonly items: readonly Copied[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, Copied])[] }
  | { readonly kind: 'function'; readonly id: number };

interface Call {
  readonly number: number;
  readonly id: number;
  readonly args: readonly Copied[];
}

interface Answer {
  readonly number: number;
  readonly value?: Copied;
  readonly error?: string;
}

export interface BridgeEnd {
  copyOut(value: unknown): Copied;
  copyIn(value: Copied): unknown;
}

export type World = 'page' | 'preload';

export function bridgeEnd(port: MessagePort, own: World): BridgeEnd {
  const other: World = own === 'page' ? 'preload' : 'page';
  const functions: AnyFunction[] = [];
  const ids = new Map<AnyFunction, number>();
  let callCount = 0;

  const idOf = (callable: AnyFunction) => {
    const known = ids.get(callable);
    if (known !== undefined) return known;
    ids.set(callable, functions.length);
    return functions.push(callable) - 1;
  };

  const copyOut = (value: unknown): Copied => {
    if (typeof value === 'function') return { kind: 'function', id: idOf(value as AnyFunction) };
    if (typeof value !== 'object' || value === null) return { kind: 'value', value };
    if (Array.isArray(value)) return { kind: 'array', items: value.map(copyOut) };
    if (![Object.prototype, null].includes(Object.getPrototypeOf(value))) {
      throw new Error('The stand-in for Electron’s contextBridge copies plain objects only.');
    }
    return {
      kind: 'object',
      members: Object.entries(value).map(([name, inner]) => [name, copyOut(inner)] as const),
    };
  };

  const copyIn = (copied: Copied): unknown => {
    switch (copied.kind) {
      case 'value':
        return copied.value;
      case 'array':
        return copied.items.map(copyIn);
      case 'object':
        return Object.fromEntries(copied.members.map(([name, inner]) => [name, copyIn(inner)]));
      case 'function':
        return (...args: unknown[]) => call(copied.id, args);
    }
  };

  const call = (id: number, args: readonly unknown[]): unknown => {
    const number = callCount++;
    let answer: Answer | undefined;
    const hear = (event: Event) => {
      const { data } = event as MessageEvent<Answer>;
      if (data.number === number) answer = data;
    };
    port.addEventListener(`${other} answers`, hear);
    const data: Call = { number, id, args: args.map(copyOut) };
    port.dispatchEvent(new MessageEvent(`${own} calls`, { data }));
    port.removeEventListener(`${other} answers`, hear);
    if (answer?.error !== undefined) throw new Error(answer.error);
    if (!answer?.value) throw new Error('The other world of the page did not answer.');
    return copyIn(answer.value);
  };

  port.addEventListener(`${other} calls`, (event) => {
    const { number, id, args } = (event as MessageEvent<Call>).data;
    const answer = (): Answer => {
      try {
        return { number, value: copyOut(functions[id]?.(...args.map(copyIn))) };
      } catch (error) {
        return { number, error: error instanceof Error ? error.message : String(error) };
      }
    };
    port.dispatchEvent(new MessageEvent(`${own} answers`, { data: answer() }));
  });

  return { copyOut, copyIn };
}

/** Once, before any script of the page runs: the preload's world hands its port to the page's. */
export const portEvent = 'stand-in-for-electron';
/** On the port: something is to be exposed. */
export const exposedEvent = 'exposed';

export interface Exposed {
  readonly key: string;
  readonly api: ReturnType<BridgeEnd['copyOut']>;
}
