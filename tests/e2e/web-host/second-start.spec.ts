/** `npm start` where Latchkey runs already. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from '../support/web-host.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

test('`npm start` again leads to the one that runs, and is done', async ({ latchkey, host, dataFolder }) => {
  const again = spawn(process.execPath, ['scripts/start.mjs', '--web', '--no-open', '--data', dataFolder], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [again.stdout, again.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const [code] = await once(again, 'close');
  const url = /^Latchkey is at (http:\S+)\n$/.exec(output)?.[1] ?? '';
  expect(new URL(url).origin).toBe(new URL(host.url).origin);
  expect(url).not.toBe(host.url);
  expect(code).toBe(0);
  // Its link opens a second page of the same app, beside the first.
  const second = await latchkey.context().newPage();
  await second.goto(url);
  for (const page of [latchkey, second])
    await expect(page.getByRole('button', { name: 'Try it with the built-in sandbox' })).toBeVisible();
});
