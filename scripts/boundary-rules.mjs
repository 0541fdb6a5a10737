/**
 * Who may import what, as data; docs/architecture.md gives the reasons. A target is a file of the project
 * (`shared/lib/app-error.ts`), a module of Node's (`node:crypto`) or a package (`npm:zod`). In patterns `*` stays within
 * a folder, `**` does not, and `{a,b}` is a choice.
 *
 * A rule is about the files in `from` (and not in `except`), and the targets in `about` (all, when left out). `may`
 * lists what they may import. The first rule that an import breaks is the one that is reported.
 *
 * @typedef {{
 *   name: string,
 *   from: readonly string[],
 *   except?: readonly string[],
 *   about?: readonly string[],
 *   may?: readonly string[],
 *   advice: string,
 * }} Rule
 */

const uiVendors = ['npm:@base-ui/react', 'npm:lucide'];
const pageVendors = ['npm:react', 'npm:react-dom'];
const everywhere = ['**'];

/** A package that is imported in its adapter only, and in tests. */
function onlyIn(name, target, files, advice) {
  return { name, from: everywhere, except: [...files, 'tests/**'], about: [target], advice };
}

/** A room of electron/ may import these files of its own; `{room}` is the room of the importing file. */
const ownRoom = 'electron/{room}/**';

/** @type {readonly Rule[]} */
export const rules = [
  {
    name: 'electron-in-its-host',
    from: everywhere,
    except: [
      'electron/hosts/electron/**',
      'electron/main.ts',
      'electron/preload.ts',
      'tests/electron-stand-in/**',
    ],
    about: ['npm:electron'],
    advice:
      'Only electron/hosts/electron, main.ts and preload.ts know Electron. Take what you need as an argument.',
  },
  onlyIn(
    'keytar-in-one-file',
    'npm:keytar',
    ['electron/vault/stores/keychain-store.ts'],
    'Use the secret-store port of electron/vault instead.',
  ),
  onlyIn(
    'pusher-js-in-one-file',
    'npm:pusher-js',
    ['electron/live/pusher-client.ts'],
    'Go through electron/live, which gates what pusher-js is given.',
  ),
  onlyIn(
    'sqlite-in-one-file',
    'node:sqlite',
    ['electron/storage/database.ts'],
    'Use Database from electron/storage instead.',
  ),
  onlyIn(
    'ws-in-its-adapters',
    'npm:ws',
    ['electron/live/tap-socket.ts', 'electron/sandbox/**', 'electron/hosts/web/**'],
    'Sockets belong to live/tap-socket.ts, the sandbox and the web host.',
  ),
  onlyIn(
    'tweetnacl-in-signing',
    'npm:tweetnacl',
    ['electron/signing/**'],
    'Encrypt and decrypt through electron/signing.',
  ),
  onlyIn(
    'pusher-in-tests',
    'npm:pusher',
    [],
    'The official server library is what the tests compare with; the app uses electron/signing and http-api.',
  ),
  onlyIn(
    'playwright-in-tests',
    'npm:@playwright/test',
    ['playwright.config.ts', 'scripts/make-icons.mjs'],
    'Browsers are driven by tests only.',
  ),
  onlyIn(
    'build-tools-stay-outside',
    'npm:{vite,vitest,@vitejs/plugin-react,electron-vite,electron-builder}',
    ['*.config.ts', 'scripts/**', 'electron/hosts/web/development.ts'],
    'The running app has no build tools; only the web host’s development.ts loads Vite, when asked.',
  ),
  {
    name: 'ui-vendors-in-components',
    from: ['renderer/**'],
    except: ['renderer/components/**'],
    about: uiVendors,
    advice: 'Wrap it in a component of renderer/components, and use that.',
  },
  {
    name: 'main-and-page-apart',
    from: ['electron/**'],
    about: ['renderer/**'],
    advice: 'The two sides meet in shared/contract only.',
  },
  {
    name: 'page-and-main-apart',
    from: ['renderer/**'],
    about: ['electron/**'],
    advice: 'The two sides meet in shared/contract only. Call the main side through renderer/bridge.',
  },
  {
    name: 'shared-is-pure',
    from: ['shared/**'],
    may: ['shared/**', 'npm:zod'],
    advice:
      'shared/ runs on both sides and needs zod only. Move this to the side that has it, or take it as an argument.',
  },
  {
    name: 'page-needs-only-shared',
    from: ['renderer/**'],
    may: ['renderer/**', 'shared/**', 'resources/**', ...pageVendors, ...uiVendors],
    advice:
      'The page imports its own files, shared/, React and resources/. It has no network, files or Node.',
  },
  {
    name: 'signing-is-pure',
    from: ['electron/signing/**'],
    may: ['electron/signing/**', 'shared/**', 'node:crypto', 'npm:tweetnacl'],
    advice: 'Signing has shared/, node:crypto and tweetnacl only. Take anything else as an argument.',
  },
  {
    name: 'imports-and-exports-are-pure',
    from: ['electron/vault/{import,export}/**'],
    may: [
      'electron/vault/{import,export}/**',
      'electron/vault/secret-forms.ts',
      'electron/providers/index.ts',
      'electron/signing/**',
      'shared/**',
      'node:crypto',
      'npm:zod',
    ],
    advice:
      'Reading and writing credentials is a matter of texts. Files, stores and the contract are the caller’s.',
  },
  {
    name: 'processes-are-plumbing',
    from: ['electron/processes/**'],
    may: ['electron/processes/**', 'shared/**', 'node:**'],
    advice: 'electron/processes carries messages and knows no feature.',
  },
  {
    name: 'preload-is-thin',
    from: ['electron/preload.ts'],
    may: ['npm:electron', 'shared/**'],
    advice: 'The bridge passes messages on and knows nothing else of the app.',
  },
  {
    name: 'compose-knows-no-host',
    from: ['electron/compose.ts'],
    about: ['electron/hosts/**'],
    advice: 'compose.ts builds the app for any host. Take it as an option, from main.ts and serve.ts.',
  },
  {
    name: 'compose-uses-public-indexes',
    from: ['electron/compose.ts'],
    may: ['electron/*/index.ts', 'electron/processes/**', 'shared/**', 'node:**'],
    advice: 'compose.ts takes from a feature what its index.ts exports. Export it there.',
  },
  {
    name: 'features-know-no-host',
    from: ['electron/*/**'],
    except: ['electron/hosts/**', 'electron/cli/**'],
    about: ['electron/hosts/**', 'electron/*.ts'],
    advice: 'Features are below the hosts and the entries. Take it as an option, through compose.ts.',
  },
  {
    name: 'features-meet-at-their-index',
    from: ['electron/*/**'],
    about: ['electron/**'],
    // light.ts: what a command that has to start fast takes from a feature, without all else that its index loads.
    may: [
      ownRoom,
      'electron/signing/**',
      'electron/processes/**',
      'electron/*/index.ts',
      'electron/*/light.ts',
      'electron/hosts/data-folder.ts',
    ],
    advice: 'Use what the other feature’s index.ts exports, or export it there.',
  },
  {
    name: 'main-side-vendors',
    from: ['electron/**'],
    about: ['npm:**'],
    may: ['npm:{electron,keytar,pusher-js,tweetnacl,ws,zod,vite,@vitejs/plugin-react}'],
    advice: 'A new package gets one adapter file and a rule in scripts/boundary-rules.mjs first.',
  },
  {
    name: 'app-stands-alone',
    from: ['electron/**'],
    may: ['electron/**', 'shared/**', 'node:**', 'npm:**'],
    advice: 'The app imports no tests, scripts or resources.',
  },
  {
    name: 'scripts-stand-alone',
    from: ['scripts/**'],
    may: ['scripts/**', 'node:**', 'npm:**'],
    advice: 'Scripts run before anything is installed or built, and start the app as a process.',
  },
];
