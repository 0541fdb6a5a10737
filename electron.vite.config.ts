/**
 * Builds the three parts of the app. The main side keeps the folder shape of its entries (electron/vault/process.ts
 * becomes out/main/vault/process.js), because `compose` starts its processes and threads by their place in the tree.
 */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const fromRoot = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Whatever is started as a program, process or thread of its own. */
const mainEntries = [
  'main',
  'serve',
  'vault/process',
  'vault/sweep-thread',
  'sandbox/process',
  'history/writer-thread',
  'history/query-thread',
  'history/search-thread',
];

export default defineConfig({
  main: {
    build: {
      // The packaged app ships the production dependencies, so they stay outside; so do Node's own modules.
      externalizeDeps: true,
      sourcemap: false,
      emptyOutDir: true,
      rolldownOptions: {
        input: Object.fromEntries(mainEntries.map((name) => [name, fromRoot(`electron/${name}.ts`)])),
        external: ['vite', '@vitejs/plugin-react'],
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload script can't import: one CommonJS file with everything in it.
      externalizeDeps: false,
      sourcemap: false,
      emptyOutDir: true,
      rolldownOptions: {
        input: { preload: fromRoot('electron/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    root: fromRoot('renderer'),
    plugins: [react()],
    build: {
      outDir: 'out/renderer',
      emptyOutDir: true,
      // Not Electron's Chromium alone: the web host opens whatever browser is the default.
      target: 'es2023',
      minify: true,
      sourcemap: false,
      // Every asset is a file of the page's own origin: the policy allows no inline script and no `data:` font.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // The page comes from this machine: one file of this size costs nothing.
      chunkSizeWarningLimit: 2000,
      rolldownOptions: { input: fromRoot('renderer/index.html') },
    },
    server: {
      host: '127.0.0.1',
      cors: false,
      fs: { allow: ['renderer', 'shared', 'resources', 'node_modules'].map(fromRoot) },
    },
  },
});
