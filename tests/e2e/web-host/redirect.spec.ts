/** How the web host hands its URL to the browser. */
import { pathToFileURL } from 'node:url';
import { writeRedirect } from '../../../electron/hosts/web/open-browser.ts';
import { expect, test } from '../support/web-host.ts';

test('a file that redirects brings the page and its ticket', async ({ page, host, dataFolder }) => {
  const redirect = writeRedirect(dataFolder, host.url);
  expect(redirect.url.startsWith(pathToFileURL(dataFolder).href)).toBe(true);
  const arrived: string[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest()) arrived.push(request.url());
  });
  await page.goto(redirect.url);
  await expect(page.getByRole('button', { name: 'Try it with the built-in sandbox' })).toBeVisible();
  expect(new URL(page.url()).origin).toBe(new URL(host.url).origin);
  expect(arrived.at(-1)).toContain(new URL(host.url).host);
  redirect.remove();
});
