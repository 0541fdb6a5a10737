/** Runs in the page's own world, before its scripts: receives what the preload script exposes. */
import { bridgeEnd, type Exposed, exposedEvent, portEvent } from './bridge.ts';

document.addEventListener(
  portEvent,
  (event) => {
    const [port] = (event as MessageEvent).ports;
    if (!port) throw new Error('The preload’s world came without its port.');
    const end = bridgeEnd(port, 'page');
    port.addEventListener(exposedEvent, (exposed) => {
      const { key, api } = (exposed as MessageEvent<Exposed>).data;
      // As in Electron: neither the page nor what it loads can put something else in its place.
      Object.defineProperty(globalThis, key, {
        value: Object.freeze(end.copyIn(api)),
        enumerable: true,
        writable: false,
        configurable: false,
      });
    });
  },
  { once: true },
);
