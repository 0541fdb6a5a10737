/** Reads the built page's files, and nothing else: one folder, known types, no way up. */
import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
};

export interface PageFile {
  readonly contentType: string;
  readonly body: Buffer;
}

/** @param urlPath the path of the request, still percent-encoded. Undefined: there is no such file. */
export async function readPageFile(folder: string, urlPath: string): Promise<PageFile | undefined> {
  const name = safeName(urlPath);
  const contentType = name && contentTypes[extname(name)];
  if (!name || !contentType) return undefined;
  try {
    const root = await realpath(folder);
    const path = await realpath(join(root, name));
    if (!path.startsWith(root + sep)) return undefined;
    return { contentType, body: await readFile(path) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function safeName(urlPath: string): string | undefined {
  if (urlPath === '/' || urlPath === '') return 'index.html';
  let decoded: string;
  try {
    decoded = decodeURIComponent(urlPath);
  } catch {
    // Not percent-encoding: no file has such a name.
    return undefined;
  }
  return /^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(decoded) ? decoded.slice(1) : undefined;
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}
