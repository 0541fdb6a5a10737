/** Command-line flags: `--help` prints the list, and so does a mistake. */
import { parseArgs } from 'node:util';

/**
 * @typedef {{ type: 'boolean' | 'string', value?: string, help: string }} Flag
 * @param {{ command: string, summary: string, flags: Record<string, Flag>, allowRest?: boolean }} options
 */
export function readFlags({ command, summary, flags }) {
  const all = { ...flags, help: { type: 'boolean', help: 'Print this.' } };
  const usage = [`${command}: ${summary}`, '', ...Object.entries(all).map(describe)].join('\n');
  try {
    const { values } = parseArgs({ options: all, strict: true, allowPositionals: false });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    return values;
  } catch (error) {
    console.error(`${error.message.split('. ')[0]}.\n\n${usage}`);
    process.exit(2);
  }
}

/** @param {[string, Flag]} entry */
function describe([name, { value, help }]) {
  return `  ${`--${name}${value ? ` ${value}` : ''}`.padEnd(14)}  ${help}`;
}
