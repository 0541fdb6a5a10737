/**
 * The built page, read once when the host starts. A request is then a look-up among names that are known: no path that
 * anybody asks for reaches the file system, a reader that is slow costs no copy of a file, and a build that happens
 * while the host runs does not take the files of the page that is open away.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
};
/** What the build makes. A name that a URL would have to escape is none of it. */
const servedName = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

export interface PageFile {
  readonly contentType: string;
  readonly body: Buffer;
}

/** By the path of the URL: `/`, `/assets/index.js`. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** Reads files only, and no links: a link could lead anywhere. A folder that is not there has no files. */
export async function loadPageFiles(folder: string): Promise<PageFiles> {
  const files = new Map<string, PageFile>();
  await loadFolder(folder, '/', files);
  const index = files.get('/index.html');
  if (index) files.set('/', index);
  return files;
}

async function loadFolder(folder: string, path: string, files: Map<string, PageFile>): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    if (!servedName.test(entry.name)) continue;
    const inside = join(folder, entry.name);
    const contentType = contentTypes[extname(entry.name)];
    if (entry.isDirectory()) await loadFolder(inside, `${path}${entry.name}/`, files);
    else if (entry.isFile() && contentType)
      files.set(path + entry.name, { contentType, body: await readFile(inside) });
  }
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
