/** `powerMonitor`: the machine's sleep and its screen's lock, which a test makes happen. */
import type { PowerMonitor } from 'electron';
import { standsFor } from '../stands-for.ts';
import { Events, type Listener } from './events.ts';

export type PowerEvent = 'lock-screen' | 'suspend';

export const powerEvents = new Events<{ 'lock-screen': []; suspend: [] }>('PowerMonitor', [
  'lock-screen',
  'suspend',
]);

export const powerMonitor: PowerMonitor = standsFor<PowerMonitor>('powerMonitor')({
  on(name: string, listener: Listener) {
    powerEvents.on(name, listener);
    return powerMonitor;
  },
});
