/** Paths as people paste them, and what keeps one from being used. */

export type PathKind = 'windows' | 'posix';

/** Without quotes around it, as terminals and Windows’s “Copy as path” write it, and without a `file:` before it. */
export function tidyPath(text: string, kind: PathKind): string {
  const line = text.trim();
  const [, quoted] = /^(["'])(.+)\1$/.exec(line)?.slice(1) ?? [];
  return fromUrl(quoted ?? line, kind);
}

function fromUrl(text: string, kind: PathKind): string {
  const found = /^file:\/\/(?:localhost)?(\/.*)$/i.exec(text)?.[1];
  if (found === undefined) return text;
  try {
    const path = decodeURIComponent(found);
    return kind === 'windows' ? path.slice(1).replaceAll('/', '\\') : path;
  } catch {
    return text;
  }
}

/** In a sentence; undefined when it can be tried. Whether something is there is the main side's to say. */
export function pathProblem(path: string, kind: PathKind): string | undefined {
  if (kind === 'windows') {
    if (/^(?:[A-Za-z]:[\\/]|\\\\)./.test(path)) return undefined;
    return 'Write the whole path, such as C:\\Users\\ana\\shop\\.env.';
  }
  if (path.startsWith('~')) return 'Write your home folder’s path instead of “~”.';
  if (/^\/./.test(path)) return undefined;
  return 'Write the whole path, such as /home/ana/shop/.env.';
}
