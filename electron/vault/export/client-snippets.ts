/**
 * How clients are configured, per library. Sources: the READMEs of pusher-js 8, pusher-websocket-swift 10,
 * pusher-websocket-java 2.4, pusher_channels_flutter 2 and dart_pusher_channels 1, and Laravel's broadcasting
 * documentation. The variables are those that env-file.ts writes.
 */
import { clientSnippets } from '#shared/contract/exports.ts';
import { assertNever } from '#shared/lib/app-error.ts';
import { lines, type Snippet, type SnippetOptions } from './snippets.ts';

export const clientSnippetKinds = clientSnippets;
export type ClientSnippetKind = (typeof clientSnippetKinds)[number];

/** Reverb's broadcaster connects to an address; it knows no clusters. */
export function clientSnippetKindsFor({ location }: SnippetOptions): readonly ClientSnippetKind[] {
  return clientSnippetKinds.filter((kind) => kind !== 'echo-reverb' || location === 'endpoints');
}

export function clientSnippet(kind: ClientSnippetKind, options: SnippetOptions): Snippet {
  switch (kind) {
    case 'pusher-js-vite':
      return pusherJs(
        'pusher-js with Vite',
        'src/pusher.js',
        (name) => `import.meta.env.VITE_PUSHER_${name}`,
        options,
      );
    case 'pusher-js-next':
      return pusherJs(
        'pusher-js with Next.js',
        'lib/pusher-client.js',
        (name) => `process.env.NEXT_PUBLIC_PUSHER_${name}`,
        options,
      );
    case 'pusher-js-nuxt':
      return nuxt(options);
    case 'echo-pusher':
      return echoPusher(options);
    case 'echo-reverb':
      return echoReverb(options);
    case 'swift':
      return swift(options);
    case 'kotlin':
      return kotlin(options);
    case 'java':
      return java(options);
    case 'flutter':
      return flutter(options);
    default:
      return assertNever(kind);
  }
}

/** Browsers read encrypted channels with this build only, since pusher-js 6. */
const pusherJsModule = ({ isEncrypted }: SnippetOptions) =>
  isEncrypted ? 'pusher-js/with-encryption' : 'pusher-js';

function pusherJs(
  label: string,
  name: string,
  variable: (name: string) => string,
  options: SnippetOptions,
): Snippet {
  const text = lines(
    `import Pusher from '${pusherJsModule(options)}';`,
    '',
    ...(options.location === 'endpoints' ? addressLines(variable) : []),
    `export const pusher = new Pusher(${variable('APP_KEY')}, {`,
    ...optionLines(variable, options),
    '});',
  );
  return { label, files: [{ name, language: 'javascript', text }], packages: ['pusher-js'] };
}

function addressLines(variable: (name: string) => string): readonly string[] {
  return [
    `const isSecure = ${variable('SCHEME')} !== 'http';`,
    `const port = Number(${variable('PORT')} ?? (isSecure ? 443 : 80));`,
    '',
  ];
}

function optionLines(variable: (name: string) => string, { location }: SnippetOptions): readonly string[] {
  const where =
    location === 'cluster'
      ? [`  cluster: ${variable('APP_CLUSTER')},`, '  forceTLS: true,']
      : [
          '  // pusher-js asks for a cluster, and does not use it where there is a host.',
          "  cluster: 'mt1',",
          `  wsHost: ${variable('HOST')},`,
          '  wsPort: port,',
          '  wssPort: port,',
          '  forceTLS: isSecure,',
          "  enabledTransports: ['ws', 'wss'],",
        ];
  return [...where, "  channelAuthorization: { endpoint: '/pusher/auth', transport: 'ajax' },"];
}

function nuxt(options: SnippetOptions): Snippet {
  const variable = (name: string) =>
    `config.pusher${name
      .toLowerCase()
      .replace(/(?:^|_)([a-z])/g, (_whole, letter: string) => letter.toUpperCase())}`;
  const plugin = lines(
    `import Pusher from '${pusherJsModule(options)}';`,
    '',
    'export default defineNuxtPlugin(() => {',
    '  const config = useRuntimeConfig().public;',
    ...(options.location === 'endpoints'
      ? addressLines(variable).map((line) => (line === '' ? '' : `  ${line}`))
      : []),
    `  const pusher = new Pusher(${variable('APP_KEY')}, {`,
    ...optionLines(variable, options).map((line) => `  ${line}`),
    '  });',
    '  return { provide: { pusher } };',
    '});',
  );
  const config = lines(
    '// NUXT_PUSHER_… and NUXT_PUBLIC_PUSHER_… fill these in when the server starts.',
    'export default defineNuxtConfig({',
    '  runtimeConfig: {',
    "    pusherAppId: '',",
    "    pusherAppKey: '',",
    "    pusherAppSecret: '',",
    "    pusherAppCluster: '',",
    options.isEncrypted && "    pusherEncryptionMasterKeyBase64: '',",
    '    public: {',
    "      pusherAppKey: '',",
    options.location === 'cluster' && "      pusherAppCluster: '',",
    options.location === 'endpoints' && "      pusherHost: '',",
    options.location === 'endpoints' && "      pusherPort: '',",
    options.location === 'endpoints' && "      pusherScheme: '',",
    '    },',
    '  },',
    '});',
  );
  return {
    label: 'pusher-js with Nuxt',
    files: [
      { name: 'plugins/pusher.client.js', language: 'javascript', text: plugin },
      { name: 'nuxt.config.js', language: 'javascript', text: config },
    ],
    packages: ['pusher-js'],
  };
}

function echoPusher(options: SnippetOptions): Snippet {
  const variable = (name: string) => `import.meta.env.VITE_PUSHER_${name}`;
  const where =
    options.location === 'cluster'
      ? [`  cluster: ${variable('APP_CLUSTER')},`, '  forceTLS: true,']
      : [
          '  // Asked for, and not used where there is a host.',
          "  cluster: 'mt1',",
          `  wsHost: ${variable('HOST')},`,
          `  wsPort: ${variable('PORT')} ?? 80,`,
          `  wssPort: ${variable('PORT')} ?? 443,`,
          `  forceTLS: (${variable('SCHEME')} ?? 'https') === 'https',`,
          "  enabledTransports: ['ws', 'wss'],",
        ];
  return echo('Laravel Echo with Pusher', options, [
    "  broadcaster: 'pusher',",
    `  key: ${variable('APP_KEY')},`,
    ...where,
  ]);
}

function echoReverb(options: SnippetOptions): Snippet {
  return echo('Laravel Echo with Reverb', options, [
    "  broadcaster: 'reverb',",
    '  key: import.meta.env.VITE_REVERB_APP_KEY,',
    '  wsHost: import.meta.env.VITE_REVERB_HOST,',
    '  wsPort: import.meta.env.VITE_REVERB_PORT ?? 80,',
    '  wssPort: import.meta.env.VITE_REVERB_PORT ?? 443,',
    "  forceTLS: (import.meta.env.VITE_REVERB_SCHEME ?? 'https') === 'https',",
    "  enabledTransports: ['ws', 'wss'],",
  ]);
}

function echo(label: string, options: SnippetOptions, settings: readonly string[]): Snippet {
  const text = lines(
    "import Echo from 'laravel-echo';",
    `import Pusher from '${pusherJsModule(options)}';`,
    '',
    'window.Pusher = Pusher;',
    'window.Echo = new Echo({',
    ...settings,
    '});',
  );
  return {
    label,
    files: [{ name: 'resources/js/echo.js', language: 'javascript', text }],
    packages: ['laravel-echo', 'pusher-js'],
  };
}

function swift({ location, isEncrypted }: SnippetOptions): Snippet {
  const text = lines(
    'import Foundation',
    `import ${isEncrypted ? 'PusherSwiftWithEncryption' : 'PusherSwift'}`,
    '',
    '// Set these in Info.plist, from a build configuration that is not under version control.',
    'func setting(_ name: String) -> String {',
    '    Bundle.main.object(forInfoDictionaryKey: name) as? String ?? ""',
    '}',
    '',
    'let options = PusherClientOptions(',
    '    authMethod: .endpoint(authEndpoint: setting("PUSHER_AUTH_ENDPOINT")),',
    location === 'cluster' && '    host: .cluster(setting("PUSHER_APP_CLUSTER"))',
    location === 'endpoints' && '    host: .host(setting("PUSHER_HOST")),',
    location === 'endpoints' && '    port: Int(setting("PUSHER_PORT")),',
    location === 'endpoints' && '    useTLS: setting("PUSHER_SCHEME") != "http"',
    ')',
    'let pusher = Pusher(key: setting("PUSHER_APP_KEY"), options: options)',
    'pusher.connect()',
  );
  return {
    label: 'Swift',
    files: [{ name: 'Realtime.swift', language: 'swift', text }],
    packages: ['https://github.com/pusher/pusher-websocket-swift'],
  };
}

const javaPackages = ['com.pusher:pusher-java-client'];

function kotlin({ location }: SnippetOptions): Snippet {
  const text = lines(
    'import com.pusher.client.Pusher',
    'import com.pusher.client.PusherOptions',
    'import com.pusher.client.util.HttpChannelAuthorizer',
    '',
    '// buildConfigField lines in build.gradle.kts make these, from a file that is not under version control.',
    'val options: PusherOptions = PusherOptions()',
    location === 'cluster' && '    .setCluster(BuildConfig.PUSHER_APP_CLUSTER)',
    location === 'endpoints' && '    .setHost(BuildConfig.PUSHER_HOST)',
    location === 'endpoints' && '    .setWsPort(BuildConfig.PUSHER_PORT)',
    location === 'endpoints' && '    .setWssPort(BuildConfig.PUSHER_PORT)',
    location === 'cluster' && '    .setUseTLS(true)',
    location === 'endpoints' && '    .setUseTLS(BuildConfig.PUSHER_SCHEME != "http")',
    '    .setChannelAuthorizer(HttpChannelAuthorizer(BuildConfig.PUSHER_AUTH_ENDPOINT))',
    '',
    'val pusher = Pusher(BuildConfig.PUSHER_APP_KEY, options).apply { connect() }',
  );
  return {
    label: 'Kotlin',
    files: [{ name: 'Realtime.kt', language: 'kotlin', text }],
    packages: javaPackages,
  };
}

function java({ location }: SnippetOptions): Snippet {
  const text = lines(
    'import com.pusher.client.Pusher;',
    'import com.pusher.client.PusherOptions;',
    'import com.pusher.client.util.HttpChannelAuthorizer;',
    '',
    'final class Realtime {',
    '    static Pusher connect() {',
    '        PusherOptions options = new PusherOptions()',
    location === 'cluster' && '            .setCluster(System.getenv("PUSHER_APP_CLUSTER"))',
    location === 'endpoints' && '            .setHost(System.getenv("PUSHER_HOST"))',
    location === 'endpoints' && '            .setWsPort(Integer.parseInt(System.getenv("PUSHER_PORT")))',
    location === 'endpoints' && '            .setWssPort(Integer.parseInt(System.getenv("PUSHER_PORT")))',
    location === 'cluster' && '            .setUseTLS(true)',
    location === 'endpoints' && '            .setUseTLS(!"http".equals(System.getenv("PUSHER_SCHEME")))',
    '            .setChannelAuthorizer(new HttpChannelAuthorizer(System.getenv("PUSHER_AUTH_ENDPOINT")));',
    '        Pusher pusher = new Pusher(System.getenv("PUSHER_APP_KEY"), options);',
    '        pusher.connect();',
    '        return pusher;',
    '    }',
    '}',
  );
  return {
    label: 'Java',
    files: [{ name: 'Realtime.java', language: 'java', text }],
    packages: javaPackages,
  };
}

/** Pusher's own package knows clusters only; the other one, hosts too. */
function flutter({ location }: SnippetOptions): Snippet {
  const text =
    location === 'cluster'
      ? lines(
          "import 'package:pusher_channels_flutter/pusher_channels_flutter.dart';",
          '',
          '// flutter run --dart-define-from-file=pusher.json, which is not under version control.',
          'Future<PusherChannelsFlutter> connect() async {',
          '  final pusher = PusherChannelsFlutter.getInstance();',
          '  await pusher.init(',
          "    apiKey: const String.fromEnvironment('PUSHER_APP_KEY'),",
          "    cluster: const String.fromEnvironment('PUSHER_APP_CLUSTER'),",
          "    authEndpoint: const String.fromEnvironment('PUSHER_AUTH_ENDPOINT'),",
          '  );',
          '  await pusher.connect();',
          '  return pusher;',
          '}',
        )
      : lines(
          "import 'package:dart_pusher_channels/dart_pusher_channels.dart';",
          '',
          '// flutter run --dart-define-from-file=pusher.json, which is not under version control.',
          'const scheme = String.fromEnvironment(',
          "  'PUSHER_SCHEME',",
          "  defaultValue: 'https',",
          ');',
          '',
          'final client = PusherChannelsClient.websocket(',
          '  options: const PusherChannelsOptions.fromHost(',
          "    scheme: scheme == 'http' ? 'ws' : 'wss',",
          "    host: String.fromEnvironment('PUSHER_HOST'),",
          "    port: int.fromEnvironment('PUSHER_PORT', defaultValue: 443),",
          "    key: String.fromEnvironment('PUSHER_APP_KEY'),",
          '  ),',
          '  connectionErrorHandler: (exception, trace, refresh) => refresh(),',
          ');',
        );
  return {
    label: 'Flutter',
    files: [{ name: 'lib/realtime.dart', language: 'dart', text }],
    packages: [location === 'cluster' ? 'pusher_channels_flutter' : 'dart_pusher_channels'],
  };
}
