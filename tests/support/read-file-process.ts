/** Reads a file as the vault process does, for a test that starts this as another user: prints what came of it. */
import { AppError } from '#shared/lib/app-error.ts';
import { readFile } from '../../electron/vault/read-file.ts';

const [path = ''] = process.argv.slice(2);
const outcome = await readFile(path).bytes.then(
  (bytes) => `${bytes.length} bytes`,
  (error: unknown) => (error instanceof AppError ? `${error.code}: ${error.message}` : String(error)),
);
process.stdout.write(outcome);
