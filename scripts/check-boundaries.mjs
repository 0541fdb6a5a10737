/**
 * Fails on an import that boundary-rules.mjs forbids, and says what to do instead. Types count like values, and so do
 * `import()`, `require` and `import('…').Type`. What can't be read as a plain string is refused, as it can't be checked.
 */
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';
import { rules } from './boundary-rules.mjs';

const folders = ['electron', 'renderer', 'shared', 'scripts', 'tests'];
const sourceName = /\.[cm]?[jt]sx?$/;
const loaders = ['require', 'require.resolve', 'import.meta.resolve', 'process.getBuiltinModule'];

/** @typedef {{ file: string, line: number, rule: string, message: string }} Violation */

/**
 * @param {string} file its path from the project's folder, with forward slashes
 * @param {string} source
 * @returns {Violation[]}
 */
export function checkSource(file, source) {
  const { program, errors } = parseSync(file, source);
  const at = (offset) => source.slice(0, offset).split('\n').length;
  if (errors.length > 0) {
    const line = at(errors[0].labels[0]?.start ?? 0);
    return [{ file, line, rule: 'parses', message: `can't be parsed: ${errors[0].message}` }];
  }
  return findImports(program).flatMap(({ specifier, start }) => {
    const found = specifier === undefined ? unreadable(file) : judge(file, specifier);
    return found ? [{ file, line: at(start), ...found }] : [];
  });
}

function unreadable(file) {
  if (/^(tests|scripts)\//.test(file)) return undefined;
  return {
    rule: 'literal-imports',
    message: 'imports what only the running program knows. Write the name out.',
  };
}

function judge(file, specifier) {
  const target = resolveTarget(file, specifier);
  const broken = rules.find((rule) => isBroken(rule, file, target));
  return broken && { rule: broken.name, message: `imports ${target}. ${broken.advice}` };
}

function isBroken({ from, except = [], about, may = [] }, file, target) {
  if (!isAny(file, from) || isAny(file, except)) return false;
  if (about && !isAny(target, about)) return false;
  const room = /^electron\/([^/]+)\//.exec(file)?.[1] ?? '';
  return !isAny(
    target,
    may.map((pattern) => pattern.replace('{room}', room)),
  );
}

function isAny(name, patterns) {
  return patterns.some((pattern) => toExpression(pattern).test(name));
}

/** `*` stays within a folder, `**` does not, `{a,b}` is a choice. */
function toExpression(pattern) {
  const parts = { '**': '.*', '*': '[^/]*', '{': '(?:', '}': ')', ',': '|' };
  return new RegExp(`^${pattern.replace(/\*\*|[*{},.]/g, (part) => parts[part] ?? `\\${part}`)}$`);
}

/** Where an import leads: a file of the project, `node:NAME` or `npm:PACKAGE`. */
function resolveTarget(file, specifier) {
  const [path = ''] = specifier.split('?');
  if (path.startsWith('.')) return posix.join(posix.dirname(file), path);
  if (path.startsWith('#shared/')) return posix.normalize(path.slice(1));
  if (path.startsWith('node:') || isBuiltin(path)) return `node:${path.replace(/^node:/, '')}`;
  const [scopeOrName = '', name] = path.split('/');
  return `npm:${scopeOrName.startsWith('@') && name ? `${scopeOrName}/${name}` : scopeOrName}`;
}

/** @returns {{ specifier: string | undefined, start: number }[]} */
function findImports(program) {
  const found = [];
  const add = (node, start) => {
    if (node) found.push({ specifier: literal(node), start });
  };
  walk(program, (node) => {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
      case 'ImportExpression':
      case 'TSImportType':
        return add(node.source, node.start);
      case 'TSExternalModuleReference':
        return add(node.expression, node.start);
      case 'CallExpression':
        if (loaders.includes(dotted(node.callee))) add(node.arguments[0], node.start);
    }
  });
  return found;
}

function literal(node) {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked;
  if (node.type === 'TSLiteralType') return literal(node.literal);
  return undefined;
}

function dotted(node) {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'MetaProperty') return 'import.meta';
  if (node.type === 'MemberExpression' && !node.computed)
    return `${dotted(node.object)}.${node.property.name}`;
  return '';
}

function walk(node, visit) {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit);
  } else if (node && typeof node === 'object') {
    if (typeof node.type === 'string') visit(node);
    for (const value of Object.values(node)) walk(value, visit);
  }
}

/** @param {string} root @returns {Violation[]} */
export function checkTree(root) {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && sourceName.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const own = readdirSync(root).filter((name) => sourceName.test(name));
  return [...files.map((path) => path.slice(root.length)), ...own].flatMap((path) => {
    const name = path.replaceAll('\\', '/').replace(/^\//, '');
    return checkSource(name, readFileSync(join(root, path), 'utf8'));
  });
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const violations = checkTree(fileURLToPath(new URL('../', import.meta.url)));
  for (const { file, line, rule, message } of violations) console.log(`${file}:${line} [${rule}] ${message}`);
  if (violations.length > 0) process.exit(1);
}
