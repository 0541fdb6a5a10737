/** Reads what the built bundles take of `electron`, and what the stand-in’s sources have of it. */
import { type Function as FunctionNode, type Node, parseSync } from 'oxc-parser';

export interface Taken {
  /** What is imported by name. */
  readonly exports: ReadonlySet<string>;
  /** `export.member`, as far as it is read from the export itself. */
  readonly members: ReadonlySet<string>;
  /** The name of every property that is read anywhere: members of windows, pages and events are among them. */
  readonly propertyNames: ReadonlySet<string>;
}

type AnyNode = Node & Record<string, unknown>;
type AnyFunction = FunctionNode & AnyNode;

export function takenOfElectron(fileName: string, source: string): Taken {
  const { program } = parseSync(fileName, source);
  const exports = new Set<string>();
  const members = new Set<string>();
  const propertyNames = new Set<string>();
  /** The local name of each export, and of the module as a whole. */
  const locals = new Map<string, string>();
  const modules = new Set<string>();

  const exportOf = (node: AnyNode, hidden: ReadonlySet<string>): string | undefined => {
    if (node.type === 'Identifier') return hidden.has(node.name) ? undefined : locals.get(node.name);
    if (node.type !== 'MemberExpression' || node.computed) return undefined;
    const { object, property } = node;
    const isModule = object.type === 'Identifier' && modules.has(object.name) && !hidden.has(object.name);
    return isModule && property.type === 'Identifier' ? property.name : undefined;
  };

  const visit = (node: AnyNode, hidden: ReadonlySet<string>) => {
    if (node.type === 'ImportDeclaration' && node.source.value === 'electron') {
      for (const specifier of node.specifiers) {
        if (specifier.type !== 'ImportSpecifier') throw new Error('A bundle imports `electron` as a whole.');
        const { imported } = specifier;
        const name = imported.type === 'Literal' ? imported.value : imported.name;
        exports.add(name);
        locals.set(specifier.local.name, name);
      }
    }
    if (
      node.type === 'VariableDeclarator' &&
      isRequireOfElectron(node.init) &&
      node.id.type === 'Identifier'
    ) {
      modules.add(node.id.name);
    }
    if (node.type === 'MemberExpression') {
      const whole = exportOf(node, hidden);
      if (whole) exports.add(whole);
      const owner = exportOf(node.object as AnyNode, hidden);
      if (!node.computed && node.property.type === 'Identifier') {
        if (owner) members.add(`${owner}.${node.property.name}`);
        propertyNames.add(node.property.name);
      } else if (owner) throw new Error(`A bundle computes which member of ${owner} it takes.`);
    }
    if (node.type === 'Property' && node.key.type === 'Identifier') propertyNames.add(node.key.name);
    const inner = isFunction(node) ? new Set([...hidden, ...declaredIn(node)]) : hidden;
    for (const child of childrenOf(node)) visit(child, inner);
  };
  visit(program as unknown as AnyNode, new Set());
  return { exports, members, propertyNames };
}

/** `Owner.member` of every `standsFor<…>('Owner')({ members })` and `constructs<…>('Owner', …)`. */
export function declaredByStandIn(fileName: string, source: string): string[] {
  const { program } = parseSync(fileName, source);
  const declared: string[] = [];
  const visit = (node: AnyNode) => {
    if (node.type === 'CallExpression' && node.callee.type === 'CallExpression') {
      const [owner] = node.callee.arguments;
      const [members] = node.arguments;
      const isStandsFor = node.callee.callee.type === 'Identifier' && node.callee.callee.name === 'standsFor';
      if (isStandsFor && owner?.type === 'Literal' && members?.type === 'ObjectExpression') {
        for (const member of members.properties) {
          if (member.type === 'Property' && member.key.type === 'Identifier') {
            declared.push(`${String(owner.value)}.${member.key.name}`);
          }
        }
      }
    }
    childrenOf(node).forEach(visit);
  };
  visit(program as unknown as AnyNode);
  return declared;
}

function isRequireOfElectron(node: unknown): boolean {
  const call = node as AnyNode | null;
  if (call?.type !== 'CallExpression' || call.callee.type !== 'Identifier') return false;
  const [name] = call.arguments;
  return call.callee.name === 'require' && name?.type === 'Literal' && name.value === 'electron';
}

function isFunction(node: AnyNode): node is AnyFunction {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
}

/** What a function’s own names hide of the module’s. */
function declaredIn(node: AnyFunction): string[] {
  const names: string[] = [];
  const collect = (child: AnyNode) => {
    if (child !== node && isFunction(child)) {
      if (child.type === 'FunctionDeclaration' && child.id) names.push(child.id.name);
      return;
    }
    if (child.type === 'VariableDeclarator') names.push(...namesIn(child.id as AnyNode));
    childrenOf(child).forEach(collect);
  };
  collect(node);
  const params = node.params as unknown as AnyNode[];
  return [...names, ...params.flatMap(namesIn)];
}

/** The names that a parameter or a declaration brings. */
function namesIn(pattern: AnyNode): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'AssignmentPattern':
      return namesIn(pattern.left as AnyNode);
    case 'RestElement':
      return namesIn(pattern.argument as AnyNode);
    case 'Property':
      return namesIn(pattern.value as AnyNode);
    default:
      return childrenOf(pattern).flatMap(namesIn);
  }
}

function childrenOf(node: AnyNode): AnyNode[] {
  return Object.values(node)
    .flat()
    .filter((value): value is AnyNode => typeof (value as AnyNode | null)?.type === 'string');
}
