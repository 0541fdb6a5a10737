/**
 * On Windows a `.cmd` or `.bat` file, such as npm's, is run by cmd.exe, which has its own quoting: every argument is
 * quoted for the program, and then every character that cmd.exe knows is marked as meant. A batch file that passes its
 * arguments on has them read twice.
 */

export interface WindowsCommand {
  readonly file: string;
  /** To be passed on as they are. */
  readonly args: readonly string[];
}

const meaningful = /([()\][%!^"`<>&|;, *?])/g;

/** Undefined where no shell is needed. */
export function windowsCommand(
  path: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): WindowsCommand | undefined {
  if (!/\.(cmd|bat)$/i.test(path)) return undefined;
  const line = [path.replace(meaningful, '^$1'), ...args.map(quoted)].join(' ');
  return { file: environment.ComSpec ?? 'cmd.exe', args: ['/d', '/s', '/c', `"${line}"`] };
}

function quoted(argument: string): string {
  const forProgram = argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\*)$/, '$1$1');
  return `"${forProgram}"`.replace(meaningful, '^$1').replace(meaningful, '^$1');
}
