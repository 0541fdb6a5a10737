/** Builds what runs in a page before the page's own scripts: one text for each of its two worlds. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

export interface PageScripts {
  readonly page: string;
  /** @param preload the path of the preload script, built as CommonJS */
  forPreload(preload: string): string;
}

export async function buildPageScripts(): Promise<PageScripts> {
  const [page, preloadWorld] = await Promise.all([built('page-world.ts'), built('preload-world.ts')]);
  return {
    page,
    forPreload: (preload) => {
      const source = readFileSync(preload, 'utf8');
      // A frame inside the page has no preload script: `nodeIntegrationInSubFrames` is off.
      return `if (window === window.top) { ${preloadWorld}
(function (require) { ${source}
})(standIn.require); }`;
    },
  };
}

async function built(name: string): Promise<string> {
  const entry = fileURLToPath(new URL(name, import.meta.url));
  const results = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      target: 'esnext',
      lib: { entry, formats: ['iife'], name: 'standIn' },
    },
  });
  const [result] = (Array.isArray(results) ? results : [results]) as Rolldown.RolldownOutput[];
  const chunk = result?.output[0];
  if (!chunk) throw new Error(`${name} was not built`);
  return chunk.code;
}
