/** `latchkey sign`: signatures for what a developer tries by hand. They are made in the vault process. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { AppError } from '#shared/lib/app-error.ts';
import { type GivenOptions, UsageError } from './arguments.ts';
import type { Place } from './place.ts';
import { askUnlocked } from './unlock.ts';

/** The text for standard output. @throws AppError, UsageError */
export async function signed(
  place: Place,
  command: string,
  app: string,
  [first = '', second = '']: readonly string[],
  options: GivenOptions,
): Promise<string> {
  const signer = { app, ...(typeof options.pair === 'string' ? { pair: options.pair } : {}) };
  switch (command) {
    case 'sign channel': {
      const { auth } = await askUnlocked(place, {
        type: 'signChannel',
        ...signer,
        socketId: first,
        channel: second,
      });
      return answer({ auth });
    }
    case 'sign presence': {
      const channelData = dataOf(command, options);
      const { auth } = await askUnlocked(place, {
        type: 'signChannel',
        ...signer,
        socketId: first,
        channel: second,
        channelData,
      });
      return answer({ auth, channel_data: channelData });
    }
    case 'sign user': {
      const userData = dataOf(command, options);
      const { auth } = await askUnlocked(place, { type: 'signUser', ...signer, socketId: first, userData });
      return answer({ auth, user_data: userData });
    }
    default:
      return signRequest(place, signer, first, second, options);
  }
}

/** As an auth endpoint answers. */
function answer(value: Readonly<Record<string, string>>): string {
  return `${JSON.stringify(value)}\n`;
}

function dataOf(command: string, { data }: GivenOptions): string {
  if (typeof data !== 'string') throw new UsageError('--data is missing.', command);
  try {
    JSON.parse(data);
  } catch {
    throw new UsageError('--data is not JSON.', command);
  }
  return data;
}

async function signRequest(
  place: Place,
  signer: { readonly app: string; readonly pair?: string },
  method: string,
  path: string,
  options: GivenOptions,
) {
  const command = 'sign http';
  if (!/^[A-Za-z]{1,20}$/.test(method))
    throw new UsageError('METHOD is a word, such as GET or POST.', command);
  if (!path.startsWith('/') || /[?#]/.test(path)) {
    throw new UsageError('PATH begins with a slash, and its parameters are given with --query.', command);
  }
  const given = Array.isArray(options.query) ? options.query.map(String) : [];
  const query = Object.fromEntries(
    given.map((each) => {
      const at = each.indexOf('=');
      if (at < 1) throw new UsageError('--query wants NAME=VALUE.', command);
      return [each.slice(0, at), each.slice(at + 1)];
    }),
  );
  if (Object.keys(query).length < given.length) {
    throw new UsageError('A parameter is given twice: the signature is over one value of each.', command);
  }
  const bodyMd5 = typeof options.body === 'string' ? await md5Of(options.body) : undefined;
  const { url, query: signedQuery } = await askUnlocked(place, {
    type: 'signRequest',
    ...signer,
    method: method.toUpperCase(),
    path,
    query,
    ...(bodyMd5 === undefined ? {} : { bodyMd5 }),
  });
  return options.json === true
    ? `${JSON.stringify({ method: method.toUpperCase(), url, query: signedQuery })}\n`
    : `${url}\n`;
}

/** The body itself is signed by its MD5 alone, and goes nowhere. An empty one has none. */
async function md5Of(body: string): Promise<string | undefined> {
  const hash = createHash('md5');
  let size = 0;
  for await (const chunk of chunksOf(body)) {
    size += chunk.length;
    hash.update(chunk);
  }
  return size === 0 ? undefined : hash.digest('hex');
}

async function* chunksOf(body: string): AsyncIterable<Buffer> {
  if (body === '-') return yield* process.stdin;
  if (!body.startsWith('@')) return yield Buffer.from(body);
  try {
    yield* createReadStream(body.slice(1));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AppError('not_found', `The body’s file can’t be read (${code}).`, { cause: error });
  }
}
