/** Writes to as many MB of memory as it is told, and ends: then the machine has them. */
const [megabytes = 0] = process.argv.slice(2).map(Number);
const stepMb = 64;
const held: Buffer[] = [];
for (let touched = 0; touched < megabytes; touched += stepMb)
  held.push(Buffer.alloc(stepMb * 1024 * 1024, 1));
process.exit(held.length > 0 ? 0 : 1);
