/** What the machine does as its user goes away. On Linux nobody says that the screen is locked. */
import { powerMonitor } from 'electron';

export function onAway(lock: (rule: 'screen' | 'sleep') => void): void {
  powerMonitor.on('lock-screen', () => lock('screen'));
  powerMonitor.on('suspend', () => lock('sleep'));
}
