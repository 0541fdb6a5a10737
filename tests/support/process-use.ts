/** What a process holds, from Linux's /proc. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

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

/** A server's ends of the connections on this port of 127.0.0.1, in whatever state but listening. */
function connectionsOn(port: number): { readonly state: string; readonly inode: string }[] {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map((fields) => ({ address: fields[1], state: fields[3] ?? '', inode: fields[9] ?? '' }))
    .filter(({ address, state }) => address === local && state !== '0A');
}

/** How many the kernel keeps, also of those that the server has closed. */
export function kernelConnections(port: number): number {
  // FIN_WAIT2, TIME_WAIT and CLOSE: nothing is kept but the entry itself.
  const idle = ['05', '06', '07'];
  return connectionsOn(port).filter(({ state }) => !idle.includes(state)).length;
}

/** How many the server has not closed. */
export function openConnections(pid: number, port: number): number {
  const inodes = new Set(connectionsOn(port).map(({ inode }) => `socket:[${inode}]`));
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((descriptor) => inodes.has(targetOf(`${folder}/${descriptor}`))).length;
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch (error) {
    // Closed meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
