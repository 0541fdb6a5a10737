/** Every boundary rule, with a file that breaks it and one that is fine. */
import { describe, expect, it } from 'vitest';
import { rules } from '../../../scripts/boundary-rules.mjs';
import { checkSource } from '../../../scripts/check-boundaries.mjs';

/** [rule, a file, an import that breaks the rule there, an import that is fine in the same file] */
const table: readonly (readonly [rule: string, file: string, breaks: string, isFine: string])[] = [
  ['electron-in-its-host', 'electron/vault/index.ts', 'electron', '#shared/lib/app-error.ts'],
  ['electron-in-its-host', 'electron/hosts/web/server.ts', 'electron', 'ws'],
  ['electron-in-its-host', 'electron/compose.ts', 'electron', './vault/index.ts'],
  ['electron-in-its-host', 'tests/e2e-electron/start.spec.ts', 'electron', '@playwright/test'],
  ['keytar-in-one-file', 'electron/vault/process.ts', 'keytar', './stores/keychain-store.ts'],
  ['pusher-js-in-one-file', 'electron/live/connection.ts', 'pusher-js', './pusher-client.ts'],
  ['sqlite-in-one-file', 'electron/storage/migrations.ts', 'node:sqlite', './database.ts'],
  ['ws-in-its-adapters', 'electron/live/connection.ts', 'ws', './tap-socket.ts'],
  ['tweetnacl-in-signing', 'electron/vault/process.ts', 'tweetnacl', '../signing/encryption.ts'],
  ['pusher-in-tests', 'electron/http-api/index.ts', 'pusher', 'node:http'],
  ['playwright-in-tests', 'electron/serve.ts', '@playwright/test', './compose.ts'],
  ['build-tools-stay-outside', 'electron/serve.ts', 'vite', './hosts/web/development.ts'],
  ['ui-vendors-in-components', 'renderer/features/inspector/toolbar.tsx', 'lucide', 'react'],
  ['ui-vendors-in-components', 'renderer/state/x.ts', '@base-ui/react/menu', '../components/Menu.tsx'],
  ['main-and-page-apart', 'electron/ipc/index.ts', '../../renderer/bridge/client.ts', './dispatcher.ts'],
  ['page-and-main-apart', 'renderer/bridge/client.ts', '../../electron/ipc/index.ts', './transport.ts'],
  ['shared-is-pure', 'shared/lib/redact.ts', 'node:crypto', 'zod'],
  ['shared-is-pure', 'shared/contract/vault.ts', '../../electron/vault/index.ts', './define.ts'],
  ['page-needs-only-shared', 'renderer/state/store.ts', 'node:fs', '#shared/contract/index.ts'],
  ['page-needs-only-shared', 'renderer/state/store.ts', 'zod', 'react'],
  ['page-needs-only-shared', 'renderer/components/Button.tsx', 'lodash', 'lucide'],
  ['signing-is-pure', 'electron/signing/channel.ts', 'node:fs', 'node:crypto'],
  ['signing-is-pure', 'electron/signing/channel.ts', '../vault/index.ts', 'tweetnacl'],
  ['imports-and-exports-are-pure', 'electron/vault/import/text.ts', 'node:fs', 'node:crypto'],
  ['imports-and-exports-are-pure', 'electron/vault/export/env-file.ts', '../vault.ts', '../import/model.ts'],
  ['processes-are-plumbing', 'electron/processes/rpc.ts', '../vault/index.ts', 'node:child_process'],
  ['preload-is-thin', 'electron/preload.ts', './compose.ts', 'electron'],
  ['compose-knows-no-host', 'electron/compose.ts', './hosts/index.ts', './processes/port.ts'],
  ['compose-uses-public-indexes', 'electron/compose.ts', './vault/lock.ts', './vault/index.ts'],
  ['features-know-no-host', 'electron/settings/index.ts', '../hosts/data-folder.ts', '../storage/index.ts'],
  ['features-know-no-host', 'electron/live/index.ts', '../compose.ts', './connection.ts'],
  ['features-meet-at-their-index', 'electron/live/index.ts', '../history/log.ts', '../history/index.ts'],
  ['features-meet-at-their-index', 'electron/hosts/web/server.ts', '../../ipc/dispatcher.ts', './trust.ts'],
  ['main-side-vendors', 'electron/webhooks/index.ts', 'express', 'node:http'],
  ['app-stands-alone', 'electron/main.ts', '../tests/support/conditions.ts', './compose.ts'],
  ['scripts-stand-alone', 'scripts/start.mjs', '../electron/compose.ts', './lib/project.mjs'],
];

const importOf = (specifier: string) => `import { thing } from '${specifier}';\n`;

describe('the boundary rules', () => {
  it.each(table)('%s: %s may not import %s, and may import %s', (rule, file, breaks, isFine) => {
    expect(checkSource(file, importOf(isFine))).toEqual([]);
    expect(checkSource(file, `\n${importOf(isFine)}${importOf(breaks)}`)).toEqual([
      { file, line: 3, rule, message: expect.stringContaining('imports ') },
    ]);
  });

  it('are all in the table above', () => {
    const proven = new Set(table.map(([rule]) => rule));
    expect(rules.map(({ name }) => name).filter((name) => !proven.has(name))).toEqual([]);
  });

  it.each([
    ['electron/vault/stores/keychain-store.ts', 'keytar'],
    ['electron/live/pusher-client.ts', 'pusher-js'],
    ['electron/live/tap-socket.ts', 'ws'],
    ['electron/storage/database.ts', 'node:sqlite'],
    ['electron/hosts/web/development.ts', '@vitejs/plugin-react'],
    ['electron/hosts/electron/window.ts', 'electron'],
    ['tests/electron-stand-in/main/electron.ts', 'electron'],
    ['electron/signing/encryption.ts', 'tweetnacl'],
    ['renderer/components/Icon.tsx', 'lucide'],
    ['tests/integration/first-light.test.ts', 'pusher'],
    ['tests/integration/first-light.test.ts', '../../electron/live/pusher-client.ts'],
  ])('let %s import %s', (file, specifier) => {
    expect(checkSource(file, importOf(specifier))).toEqual([]);
  });

  it('say what to do instead', () => {
    const [violation] = checkSource('electron/vault/process.ts', importOf('keytar'));
    expect(violation?.message).toBe(
      'imports npm:keytar. Use the secret-store port of electron/vault instead.',
    );
  });
});
