/** What a process holds, from Linux's /proc. */
import { readdirSync, readFileSync } from 'node:fs';

export const isProcReadable = process.platform === 'linux';

export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Megabytes: now, and the most so far. */
export function memoryOf(pid: number): { readonly nowMb: number; readonly peakMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return { nowMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
}

/** What the kernel keeps for a server on this port of 127.0.0.1, also for sockets that the server has closed. */
export function kernelConnections(port: number): number {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  // FIN_WAIT2, TIME_WAIT, CLOSE and LISTEN: nothing is kept but the entry itself.
  const idle = ['05', '06', '07', '0A'];
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address, , state = '']) => address === local && !idle.includes(state)).length;
}
