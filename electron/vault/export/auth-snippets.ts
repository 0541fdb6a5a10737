/**
 * Authorization endpoints, per framework: they check who asks, and sign with the official server library. All of them
 * refuse everyone until the reader has written the rule. Sources: the READMEs of pusher (Node) 5.3, pusher-http-ruby 2,
 * pusher-http-python 3, pusher-http-go 5, and Laravel's broadcasting documentation.
 */
import { endpointSnippets } from '#shared/contract/exports.ts';
import { assertNever } from '#shared/lib/app-error.ts';
import { lines, type Snippet, type SnippetOptions } from './snippets.ts';

export const authSnippetKinds = endpointSnippets;
export type AuthSnippetKind = (typeof authSnippetKinds)[number];

export function authSnippet(kind: AuthSnippetKind, options: SnippetOptions): Snippet {
  switch (kind) {
    case 'express':
      return express(options);
    case 'next':
      return next(options);
    case 'laravel':
      return laravel(options);
    case 'rails':
      return rails(options);
    case 'django':
      return django(options);
    case 'flask':
      return flask(options);
    case 'go':
      return go(options);
    default:
      return assertNever(kind);
  }
}

function nodeOptions({ location, isEncrypted }: SnippetOptions, end: string): readonly string[] {
  return [
    `  appId: process.env.PUSHER_APP_ID${end},`,
    `  key: process.env.PUSHER_APP_KEY${end},`,
    `  secret: process.env.PUSHER_APP_SECRET${end},`,
    ...(location === 'cluster'
      ? [`  cluster: process.env.PUSHER_APP_CLUSTER${end},`, '  useTLS: true,']
      : [
          `  host: process.env.PUSHER_HOST${end},`,
          `  port: process.env.PUSHER_PORT${end},`,
          "  useTLS: process.env.PUSHER_SCHEME !== 'http',",
        ]),
    ...(isEncrypted
      ? [`  encryptionMasterKeyBase64: process.env.PUSHER_ENCRYPTION_MASTER_KEY_BASE64${end},`]
      : []),
  ];
}

function express(options: SnippetOptions): Snippet {
  const text = lines(
    "import express from 'express';",
    "import Pusher from 'pusher';",
    '',
    'const pusher = new Pusher({',
    ...nodeOptions(options, ''),
    '});',
    '',
    'export const realtime = express.Router();',
    'realtime.use(express.urlencoded({ extended: false }));',
    '',
    "realtime.post('/pusher/auth', (request, response) => {",
    '  const { socket_id: socketId, channel_name: channel } = request.body;',
    '  // Your own sign-in puts the user there.',
    '  const user = request.user;',
    '  if (!user || !mayJoin(user, channel)) return response.sendStatus(403);',
    '  // The members of a presence channel see this of each other.',
    "  const member = channel.startsWith('presence-')",
    '    ? { user_id: String(user.id), user_info: { name: user.name } }',
    '    : undefined;',
    '  return response.json(pusher.authorizeChannel(socketId, channel, member));',
    '});',
    '',
    '/** Your rule. Until it is written, nobody may join. */',
    'function mayJoin(user, channel) {',
    '  return false;',
    '}',
  );
  return {
    label: 'Node with Express',
    files: [{ name: 'realtime.js', language: 'javascript', text }],
    packages: ['pusher', 'express'],
  };
}

function next(options: SnippetOptions): Snippet {
  const text = lines(
    "import Pusher from 'pusher';",
    '',
    'const pusher = new Pusher({',
    ...nodeOptions(options, " ?? ''"),
    '});',
    '',
    'interface User {',
    '  id: string;',
    '  name: string;',
    '}',
    '',
    'export async function POST(request: Request): Promise<Response> {',
    '  const form = await request.formData();',
    "  const socketId = String(form.get('socket_id'));",
    "  const channel = String(form.get('channel_name'));",
    '  const user = await signedInUser(request);',
    "  if (!user || !mayJoin(user, channel)) return new Response('Forbidden', { status: 403 });",
    '  // The members of a presence channel see this of each other.',
    "  const member = channel.startsWith('presence-')",
    '    ? { user_id: user.id, user_info: { name: user.name } }',
    '    : undefined;',
    '  return Response.json(pusher.authorizeChannel(socketId, channel, member));',
    '}',
    '',
    '/** Who asks, from your own session. */',
    'async function signedInUser(request: Request): Promise<User | undefined> {',
    '  return undefined;',
    '}',
    '',
    '/** Your rule. Until it is written, nobody may join. */',
    'function mayJoin(user: User, channel: string): boolean {',
    '  return false;',
    '}',
  );
  return {
    label: 'Next.js route',
    files: [{ name: 'app/pusher/auth/route.ts', language: 'typescript', text }],
    packages: ['pusher'],
  };
}

/** Laravel has the endpoint (`/broadcasting/auth`) and asks `routes/channels.php`. */
function laravel({ isEncrypted }: SnippetOptions): Snippet {
  const channels = lines(
    '<?php',
    '',
    'use App\\Models\\User;',
    'use Illuminate\\Support\\Facades\\Broadcast;',
    '',
    '// Private channels: true lets the user in. The name stands here without its "private-".',
    "Broadcast::channel('orders.{orderId}', function (User $user, string $orderId): bool {",
    '    // Your rule. Until it is written, nobody may join.',
    '    return false;',
    '});',
    '',
    '// Presence channels: what is returned is what the members see of each other.',
    "Broadcast::channel('room.{roomId}', function (User $user, string $roomId): array|false {",
    "    return false; // ['id' => $user->id, 'name' => $user->name]",
    '});',
  );
  const options = lines(
    '<?php',
    '',
    '// In config/broadcasting.php, under connections.pusher.options:',
    'return [',
    "    'encryption_master_key_base64' => env('PUSHER_ENCRYPTION_MASTER_KEY_BASE64'),",
    '];',
  );
  return {
    label: 'Laravel',
    files: [
      { name: 'routes/channels.php', language: 'php', text: channels },
      ...(isEncrypted ? [{ name: 'config/broadcasting.php', language: 'php' as const, text: options }] : []),
    ],
    packages: ['pusher/pusher-php-server'],
  };
}

function rails({ location, isEncrypted }: SnippetOptions): Snippet {
  const initializer = lines(
    "require 'pusher'",
    '',
    "Pusher.app_id = ENV.fetch('PUSHER_APP_ID')",
    "Pusher.key = ENV.fetch('PUSHER_APP_KEY')",
    "Pusher.secret = ENV.fetch('PUSHER_APP_SECRET')",
    location === 'cluster' && "Pusher.cluster = ENV.fetch('PUSHER_APP_CLUSTER')",
    location === 'cluster' && 'Pusher.encrypted = true',
    location === 'endpoints' && "Pusher.scheme = ENV.fetch('PUSHER_SCHEME', 'https')",
    location === 'endpoints' && "Pusher.host = ENV.fetch('PUSHER_HOST')",
    location === 'endpoints' && "Pusher.port = ENV.fetch('PUSHER_PORT', 443).to_i",
    isEncrypted && "Pusher.encryption_master_key_base64 = ENV.fetch('PUSHER_ENCRYPTION_MASTER_KEY_BASE64')",
  );
  const controller = lines(
    "# config/routes.rb: post '/pusher/auth', to: 'pusher#auth'",
    'class PusherController < ApplicationController',
    '  def auth',
    '    channel = params.require(:channel_name)',
    '    return head :forbidden unless current_user && may_join?(current_user, channel)',
    '',
    '    render json: Pusher.authenticate(channel, params.require(:socket_id), member(channel))',
    '  end',
    '',
    '  private',
    '',
    '  # The members of a presence channel see this of each other.',
    '  def member(channel)',
    "    return nil unless channel.start_with?('presence-')",
    '',
    '    { user_id: current_user.id.to_s, user_info: { name: current_user.name } }',
    '  end',
    '',
    '  # Your rule. Until it is written, nobody may join.',
    '  def may_join?(_user, _channel)',
    '    false',
    '  end',
    'end',
  );
  return {
    label: 'Rails',
    files: [
      { name: 'config/initializers/pusher.rb', language: 'ruby', text: initializer },
      { name: 'app/controllers/pusher_controller.rb', language: 'ruby', text: controller },
    ],
    packages: ['pusher'],
  };
}

function pythonClient({ location, isEncrypted }: SnippetOptions): readonly (string | false)[] {
  return [
    'pusher_client = pusher.Pusher(',
    '    app_id=os.environ["PUSHER_APP_ID"],',
    '    key=os.environ["PUSHER_APP_KEY"],',
    '    secret=os.environ["PUSHER_APP_SECRET"],',
    location === 'cluster' && '    cluster=os.environ["PUSHER_APP_CLUSTER"],',
    location === 'endpoints' && '    host=os.environ["PUSHER_HOST"],',
    location === 'endpoints' && '    port=int(os.environ.get("PUSHER_PORT", "443")),',
    location === 'endpoints' && '    ssl=os.environ.get("PUSHER_SCHEME") != "http",',
    isEncrypted && '    encryption_master_key_base64=os.environ["PUSHER_ENCRYPTION_MASTER_KEY_BASE64"],',
    ')',
  ];
}

const pythonRule: readonly string[] = [
  'def may_join(user, channel):',
  '    """Your rule. Until it is written, nobody may join."""',
  '    return False',
];

function django(options: SnippetOptions): Snippet {
  const text = lines(
    '# urls.py: path("pusher/auth", views.pusher_auth)',
    'import os',
    '',
    'import pusher',
    'from django.contrib.auth.decorators import login_required',
    'from django.http import HttpResponseForbidden, JsonResponse',
    'from django.views.decorators.http import require_POST',
    '',
    ...pythonClient(options),
    '',
    '',
    '# pusher-js sends the CSRF token if it is told: channelAuthorization.headers["X-CSRFToken"].',
    '@require_POST',
    '@login_required',
    'def pusher_auth(request):',
    '    channel = request.POST["channel_name"]',
    '    if not may_join(request.user, channel):',
    '        return HttpResponseForbidden()',
    '    member = None',
    '    if channel.startswith("presence-"):',
    '        # The members of a presence channel see this of each other.',
    '        member = {',
    '            "user_id": str(request.user.pk),',
    '            "user_info": {"name": request.user.get_username()},',
    '        }',
    '    return JsonResponse(',
    '        pusher_client.authenticate(',
    '            channel=channel,',
    '            socket_id=request.POST["socket_id"],',
    '            custom_data=member,',
    '        )',
    '    )',
    '',
    '',
    ...pythonRule,
  );
  return {
    label: 'Django',
    files: [{ name: 'views.py', language: 'python', text }],
    packages: ['pusher', 'django'],
  };
}

function flask(options: SnippetOptions): Snippet {
  const text = lines(
    'import os',
    '',
    'import pusher',
    'from flask import Blueprint, abort, jsonify, request',
    '',
    'realtime = Blueprint("realtime", __name__)',
    '',
    ...pythonClient(options),
    '',
    '',
    '@realtime.post("/pusher/auth")',
    'def pusher_auth():',
    '    channel = request.form["channel_name"]',
    '    user = signed_in_user()',
    '    if user is None or not may_join(user, channel):',
    '        abort(403)',
    '    member = None',
    '    if channel.startswith("presence-"):',
    '        # The members of a presence channel see this of each other.',
    '        member = {"user_id": str(user["id"]), "user_info": {"name": user["name"]}}',
    '    return jsonify(',
    '        pusher_client.authenticate(',
    '            channel=channel,',
    '            socket_id=request.form["socket_id"],',
    '            custom_data=member,',
    '        )',
    '    )',
    '',
    '',
    'def signed_in_user():',
    '    """Who asks, from your own session."""',
    '    return None',
    '',
    '',
    ...pythonRule,
  );
  return {
    label: 'Flask',
    files: [{ name: 'realtime.py', language: 'python', text }],
    packages: ['pusher', 'flask'],
  };
}

function go({ location, isEncrypted }: SnippetOptions): Snippet {
  const text = lines(
    'package realtime',
    '',
    'import (',
    '\t"io"',
    '\t"net/http"',
    '\t"net/url"',
    '\t"os"',
    '\t"strings"',
    '',
    '\t"github.com/pusher/pusher-http-go/v5"',
    ')',
    '',
    'var client = pusher.Client{',
    // gofmt lines the values up with the longest name.
    ...goFields([
      ['AppID', 'os.Getenv("PUSHER_APP_ID")'],
      ['Key', 'os.Getenv("PUSHER_APP_KEY")'],
      ['Secret', 'os.Getenv("PUSHER_APP_SECRET")'],
      ...(location === 'cluster'
        ? ([
            ['Cluster', 'os.Getenv("PUSHER_APP_CLUSTER")'],
            ['Secure', 'true'],
          ] as const)
        : ([
            ['Host', 'os.Getenv("PUSHER_HOST") + ":" + os.Getenv("PUSHER_PORT")'],
            ['Secure', 'os.Getenv("PUSHER_SCHEME") != "http"'],
          ] as const)),
      ...(isEncrypted
        ? ([['EncryptionMasterKeyBase64', 'os.Getenv("PUSHER_ENCRYPTION_MASTER_KEY_BASE64")']] as const)
        : []),
    ]),
    '}',
    '',
    '// Auth answers POST /pusher/auth.',
    'func Auth(response http.ResponseWriter, request *http.Request) {',
    '\tparams, err := io.ReadAll(http.MaxBytesReader(response, request.Body, 10_000))',
    '\tif err != nil {',
    '\t\thttp.Error(response, "Bad Request", http.StatusBadRequest)',
    '\t\treturn',
    '\t}',
    '\tform, err := url.ParseQuery(string(params))',
    '\tif err != nil {',
    '\t\thttp.Error(response, "Bad Request", http.StatusBadRequest)',
    '\t\treturn',
    '\t}',
    '\tchannel := form.Get("channel_name")',
    '\tuserID, name := signedInUser(request)',
    '\tif userID == "" || !mayJoin(userID, channel) {',
    '\t\thttp.Error(response, "Forbidden", http.StatusForbidden)',
    '\t\treturn',
    '\t}',
    '\tvar answer []byte',
    '\tif strings.HasPrefix(channel, "presence-") {',
    '\t\t// The members of a presence channel see this of each other.',
    '\t\tmember := pusher.MemberData{UserID: userID, UserInfo: map[string]string{"name": name}}',
    '\t\tanswer, err = client.AuthorizePresenceChannel(params, member)',
    '\t} else {',
    '\t\tanswer, err = client.AuthorizePrivateChannel(params)',
    '\t}',
    '\tif err != nil {',
    '\t\thttp.Error(response, "Forbidden", http.StatusForbidden)',
    '\t\treturn',
    '\t}',
    '\tresponse.Header().Set("Content-Type", "application/json")',
    '\t_, _ = response.Write(answer)',
    '}',
    '',
    '// signedInUser says who asks, from your own session.',
    'func signedInUser(_ *http.Request) (userID string, name string) {',
    '\treturn "", ""',
    '}',
    '',
    '// mayJoin is your rule. Until it is written, nobody may join.',
    'func mayJoin(_ string, _ string) bool {',
    '\treturn false',
    '}',
  );
  return {
    label: 'Go',
    files: [{ name: 'realtime.go', language: 'go', text }],
    packages: ['github.com/pusher/pusher-http-go/v5'],
  };
}

function goFields(fields: readonly (readonly [name: string, value: string])[]): readonly string[] {
  const width = Math.max(...fields.map(([name]) => name.length)) + 2;
  return fields.map(([name, value]) => `\t${`${name}:`.padEnd(width)}${value},`);
}
