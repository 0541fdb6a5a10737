import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isOursAlone } from '../../../electron/ownership/light.ts';
import { makePlace, socketPlaces } from '../../../electron/ownership/socket-place.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const addresses = (...input: Parameters<typeof socketPlaces>) =>
  socketPlaces(...input).map(({ address }) => address);

describe('the places for the owner’s socket', () => {
  it('begin with the data folder, by whatever path it is reached', () => {
    const folder = temporaryFolder();
    const link = join(temporaryFolder(), 'link');
    symlinkSync(folder, link);
    const places = addresses(folder, 'linux', ['/run/user/1']);
    expect(places).toEqual([
      join(folder, 'latchkey.sock'),
      expect.stringMatching(/^\/run\/user\/1\/latchkey-\d+\/[0-9a-f]{16}\.sock$/),
    ]);
    expect(addresses(link, 'linux', ['/run/user/1'])).toEqual(places);
    expect(addresses(temporaryFolder(), 'linux', ['/run/user/1'])[1]).not.toBe(places[1]);
  });

  it('are elsewhere when others can enter the data folder', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o710);
    expect(addresses(folder, 'linux', [undefined, '/tmp', '/tmp'])).toEqual([
      expect.stringMatching(/^\/tmp\//),
    ]);
  });

  it('fit into what every system takes, in bytes', () => {
    const folder = join(temporaryFolder(), 'é'.repeat(40));
    mkdirSync(folder, { mode: 0o700 });
    expect(addresses(folder, 'darwin', ['/tmp', `/${'t'.repeat(90)}`])).toEqual([
      expect.stringMatching(/^\/tmp\//),
    ]);
    for (let length = 1; length < 60; length++) {
      for (const address of addresses(folder, 'linux', [`/${'t'.repeat(length)}`]))
        expect(Buffer.byteLength(address)).toBeLessThanOrEqual(103);
    }
  });

  it('are one pipe on Windows, with a name that nobody can guess', () => {
    const [first, second] = [addresses('C:\\data', 'win32'), addresses('C:\\data', 'win32')];
    expect(first).toEqual([expect.stringMatching(/^\\\\\.\\pipe\\latchkey-[0-9a-f]{32}$/)]);
    expect(second).not.toEqual(first);
  });

  it('are made for this user alone, and not used when they are anybody else’s', () => {
    const temporary = temporaryFolder();
    const makes = join(temporary, 'latchkey');
    makePlace({ address: join(makes, 'x.sock'), makes });
    makePlace({ address: join(makes, 'x.sock'), makes });
    expect(isOursAlone(makes)).toBe(true);
    chmodSync(makes, 0o701);
    expect(() => makePlace({ address: join(makes, 'x.sock'), makes })).toThrow('not this user’s alone');
    const link = join(temporary, 'link');
    symlinkSync(temporary, link);
    expect(isOursAlone(link)).toBe(false);
    expect(isOursAlone(join(temporary, 'absent'))).toBe(false);
  });
});
