/**
 * Modules built into JavaScript, as the app ships them, with the shape of the tree kept. From sources a process takes
 * twice as long to start, which counts where thousands are. A module that starts others names them with its own
 * extension, which is `.ts` in sources.
 */
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { temporaryFolder } from './temporary.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * @param modules Paths from the project's root, without `.ts`: `electron/vault/process`.
 * @returns The URL of a built module, by its path.
 */
export async function buildModules(modules: readonly string[]): Promise<(path: string) => URL> {
  const folder = temporaryFolder();
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: true,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(modules.map((path) => [path, join(root, `${path}.ts`)])),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return (path) => pathToFileURL(join(folder, `${path}.js`));
}
