/** The hosted checks: what they call is there, and what they take from others is pinned. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { steps } from '../../../scripts/lib/steps.mjs';

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly run?: string; readonly uses?: string }[] }>
  >;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
// electron-builder reads its own configuration with it.
const fromBuilder = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'));
const { load } = fromBuilder('js-yaml') as { load(text: string): unknown };
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};
const stepNames = steps.map(({ name }) => name);

/** What of a line of a workflow can’t be run here. Other programs than npm are the image’s own. */
function missing(line: string): string[] {
  const [program, command = '', ...rest] = line.split(/\s+/);
  if (program !== 'npm' || command === 'ci') return [];
  const [script = command] = command === 'run' ? rest : [command];
  const only = rest[rest.indexOf('--only') + 1];
  const chosen = script === 'test' && rest.includes('--only') ? (only?.split(',') ?? ['']) : [];
  return [
    ...(Object.hasOwn(scripts, script) ? [] : [script]),
    ...chosen.filter((name) => !stepNames.includes(name)),
  ];
}

const folder = `${root}.github/workflows/`;
describe.each(readdirSync(folder))('%s', (file) => {
  const text = readFileSync(folder + file, 'utf8');
  const workflow = load(text) as Workflow;
  const parts = Object.values(workflow.jobs).flatMap((job) => job.steps);

  it('calls only what is there', () => {
    const lines = parts.flatMap(({ run }) => run?.trim().split('\n') ?? []);
    expect(lines.filter((line) => line.startsWith('npm test'))).not.toEqual([]);
    expect(lines.flatMap(missing)).toEqual([]);
  });

  it('takes each action at one commit, and says which version that is', () => {
    const used = [...text.matchAll(/uses: (.*)$/gm)].map(([, action]) => action);
    expect(used).toHaveLength(parts.filter(({ uses }) => uses).length);
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+(\.\d+)*$/);
  });

  it('may read the code, and no more', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });
});

it('finds what is not there', () => {
  expect(missing('npm run no-such-script')).toEqual(['no-such-script']);
  expect(missing('npm test -- --only build,elektron')).toEqual(['elektron']);
  expect(missing('npm test')).toEqual([]);
});
