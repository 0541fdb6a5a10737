/**
 * What a child process inherits. Nothing of Node's own passes: `NODE_OPTIONS` and its like can open a debugger in a
 * process that holds secrets, load code into it, or have it write its memory to disk.
 */

/** @param changes In place of this process's own; undefined takes one away. */
export function childEnvironment(
  changes: Readonly<Record<string, string | undefined>> = {},
  own: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...own, ...changes })) {
    // Windows takes names in any case.
    if (value !== undefined && !/^NODE_/i.test(name)) passed[name] = value;
  }
  return passed;
}
