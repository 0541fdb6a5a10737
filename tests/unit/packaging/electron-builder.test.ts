/** The installers' configuration, judged by electron-builder itself. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface Configuration {
  readonly asarUnpack: unknown;
  readonly electronFuses: Readonly<Record<string, boolean>>;
  readonly publish: unknown;
  readonly mac?: object;
  readonly win?: object;
  readonly linux?: object;
  readonly [key: string]: unknown;
}

interface Builder {
  getConfig(project: string, file: string, options: null): Promise<Configuration>;
  validateConfiguration(configuration: unknown, logger: { isEnabled: boolean }): Promise<void>;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const fromBuilder = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'));
const builder = fromBuilder('app-builder-lib/out/util/config/config.js') as Builder;
const yaml = await readFile(join(root, 'electron-builder.yml'), 'utf8');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-builder-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function load(text: string): Promise<Configuration> {
  const file = join(folder, 'electron-builder.yml');
  await writeFile(file, text);
  return builder.getConfig(root, file, null);
}

async function validate(text: string): Promise<void> {
  await builder.validateConfiguration(await load(text), { isEnabled: false });
}

describe('electron-builder.yml', () => {
  it('is valid', async () => {
    await validate(yaml);
  });

  // electron-builder names the misspelt key at the top, and the section of one further down.
  it.each([
    ['appId:', 'apId:', 'apId'],
    ['asarUnpack:', 'asarUnpacked:', 'asarUnpacked'],
    ['  runAsNode:', '  runAsNodes:', 'configuration.electronFuses'],
    ['  hardenedRuntime:', '  hardendRuntime:', 'configuration.mac'],
    ['  packageCategory:', '  packageCategori:', 'configuration.deb'],
  ])('is refused when "%s" is misspelt "%s"', async (right, wrong, named) => {
    expect(yaml).toContain(`\n${right}`);
    await expect(validate(yaml.replace(`\n${right}`, `\n${wrong}`))).rejects.toThrow(named);
  });

  it('closes every way into the packaged app that a fuse can close', async () => {
    expect((await load(yaml)).electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
      resetAdHocDarwinSignature: true,
    });
  });

  it('keeps native modules outside the archive, and publishes nothing', async () => {
    const { asarUnpack, publish } = await load(yaml);
    expect(asarUnpack).toEqual(['**/*.node']);
    expect(publish).toBeNull();
  });

  it('has one list of files, since a list of a system’s own would let the sources in', async () => {
    const { mac, win, linux } = await load(yaml);
    expect([mac, win, linux].map((system) => Object.hasOwn(system ?? {}, 'files'))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each([
    ['mac', ['dmg']],
    ['win', ['nsis']],
    ['linux', ['AppImage', 'deb']],
  ])('makes for %s: %s', async (system, targets) => {
    const { target } = (await load(yaml))[system] as { target: { target: string }[] };
    expect(target.map((each) => each.target)).toEqual(targets);
  });
});
