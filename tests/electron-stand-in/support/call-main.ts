/** A call of the contract over the page's own bridge, as script in the page can make it. */
import type { Page } from '@playwright/test';
import type { CallInput, CallOutput, ContractCall } from '#shared/contract/index.ts';
import type { ClientMessage, ServerMessage } from '#shared/contract/wire.ts';

interface Bridge {
  send(message: ClientMessage): void;
  onMessage(listener: (message: ServerMessage) => void): () => void;
}

/** Far from those that the page itself uses. */
let nextId = 1_000_000;

export async function callMain<N extends ContractCall>(
  page: Page,
  method: N,
  input: CallInput<N>,
): Promise<CallOutput<N>> {
  const answer = await page.evaluate(
    ({ id, method, input }) => {
      const bridge = Reflect.get(globalThis, 'latchkey') as Bridge;
      return new Promise<ServerMessage>((resolve) => {
        const stop = bridge.onMessage((message) => {
          if (message.type === 'event' || message.id !== id) return;
          stop();
          resolve(message);
        });
        bridge.send({ type: 'call', id, method, input });
      });
    },
    { id: nextId++, method: method as string, input: input as unknown },
  );
  if (answer.type === 'result') return answer.output as CallOutput<N>;
  throw new Error(answer.type === 'failure' ? answer.error.message : 'An event is no answer.');
}
