/** Paths as people paste them. */
import { describe, expect, it } from 'vitest';
import { pathProblem, tidyPath } from '../../../renderer/components/path-text.ts';

describe('a pasted path', () => {
  it.each([
    ['/home/ana/.env', '/home/ana/.env'],
    [' /home/ana/.env\n', '/home/ana/.env'],
    ["'/home/ana/my files/.env' ", '/home/ana/my files/.env'],
    ['"/home/ana/.env"', '/home/ana/.env'],
    ['file:///home/ana/my%20files/.env', '/home/ana/my files/.env'],
    ['file://localhost/home/ana/.env', '/home/ana/.env'],
    ['file:///home/%zz', 'file:///home/%zz'],
    ['file://elsewhere/share', 'file://elsewhere/share'],
    ['/home/"ana"', '/home/"ana"'],
    ['"', '"'],
    ['', ''],
  ])('%j is %j', (pasted, path) => expect(tidyPath(pasted, 'posix')).toBe(path));

  it.each([
    ['"C:\\Users\\ana\\.env"', 'C:\\Users\\ana\\.env'],
    ['file:///C:/Users/ana/.env', 'C:\\Users\\ana\\.env'],
    ['\\\\server\\share\\.env', '\\\\server\\share\\.env'],
  ])('on Windows %j is %j', (pasted, path) => expect(tidyPath(pasted, 'windows')).toBe(path));
});

describe('what is wrong with a path', () => {
  it.each(['/', '.env', './.env', '~/.env', 'PUSHER_APP_SECRET=abc', 'file:///x', 'C:\\x'])(
    '%j is told, without repeating it',
    (path) => {
      const problem = pathProblem(path, 'posix');
      expect(problem).toMatch(/^Write .*\.$/);
      if (path.length > 2 && !path.startsWith('.')) expect(problem).not.toContain(path);
    },
  );

  it.each(['/home/ana/.env', '/a'])('%j is fine', (path) =>
    expect(pathProblem(path, 'posix')).toBeUndefined(),
  );

  it('on Windows a drive or a share is wanted', () => {
    for (const path of ['C:\\a', 'd:/a', '\\\\server\\share'])
      expect(pathProblem(path, 'windows')).toBeUndefined();
    for (const path of ['C:', 'a.env', '/home', '..\\a']) expect(pathProblem(path, 'windows')).toBeDefined();
  });
});
