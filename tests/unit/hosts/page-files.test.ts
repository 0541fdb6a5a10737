import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPageFiles } from '../../../electron/hosts/page-files.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('the page’s files', () => {
  it('are what the build made, by the path of their URL', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html>');
    writeFileSync(join(folder, 'assets', 'index-Ab_1.js'), 'export {};');
    const files = await loadPageFiles(folder);
    expect([...files.keys()].sort()).toEqual(['/', '/assets/index-Ab_1.js', '/index.html']);
    expect(files.get('/')).toEqual({
      contentType: 'text/html; charset=utf-8',
      body: Buffer.from('<!doctype html>'),
    });
    rmSync(join(folder, 'assets'), { recursive: true });
    expect(files.get('/assets/index-Ab_1.js')?.body.toString()).toBe('export {};');
  });

  it('have no links, no hidden files, no unknown kinds and no names that a URL would escape', async () => {
    const [folder, outside] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(outside, 'private.json'), '{}');
    symlinkSync(join(outside, 'private.json'), join(folder, 'linked.json'));
    symlinkSync(outside, join(folder, 'linked'));
    mkdirSync(join(folder, '.git'));
    for (const name of ['.env.json', '.git/x.js', 'notes.txt', 'no-extension', 'a b.js', 'ä.js', 'x%2f.js'])
      writeFileSync(join(folder, name), '{}');
    expect([...(await loadPageFiles(folder)).keys()]).toEqual([]);
  });

  it('are none where nothing has been built', async () => {
    expect((await loadPageFiles(join(temporaryFolder(), 'never'))).size).toBe(0);
  });
});
