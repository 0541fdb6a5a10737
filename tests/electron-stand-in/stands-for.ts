/**
 * Makes an object of Electron's out of the members that Latchkey uses. Every other member throws with its name when it
 * is read, so that nothing is ever silently absent. What is read is counted: a member that no bundle reads has no
 * business here.
 */

/** `Owner.member` of everything that was read in this process. */
export const usedMembers = new Set<string>();

/**
 * @param owner the class or module that the members belong to
 * @returns a function that takes the members, type-checked against Electron's own declaration of them
 */
export function standsFor<Whole extends object>(owner: string) {
  return <Name extends keyof Whole & string>(members: Pick<Whole, Name>): Whole => {
    const guarded = new Proxy(members, {
      get: (target, name) => {
        if (isAskedByLanguage(name)) return Reflect.get(target, name);
        refuseMissing(owner, target, name);
        usedMembers.add(`${owner}.${name}`);
        return Reflect.get(target, name);
      },
      set: (_target, name) => {
        throw new Error(`The stand-in for Electron can’t set ${owner}.${String(name)}.`);
      },
    });
    // Not all of `Whole` is there. What is missing throws, so nobody can take it for something else.
    return guarded as Whole;
  };
}

/** The same for a class that Latchkey constructs and of whose static members it reads none. */
export function constructs<Class extends abstract new (...args: never[]) => object>(
  owner: string,
  create: (...args: ConstructorParameters<Class>) => InstanceType<Class>,
): Class {
  const guarded = new Proxy(class {}, {
    construct: (_target, args) => create(...(args as ConstructorParameters<Class>)),
    get: (target, name) => refuseMissing(owner, {}, name) ?? Reflect.get(target, name),
  });
  // As above: its static members throw.
  return guarded as unknown as Class;
}

function refuseMissing(owner: string, members: object, name: string | symbol): void {
  if (Object.hasOwn(members, name)) return;
  throw new Error(
    `The stand-in for Electron has no ${owner}.${String(name)}: Latchkey did not use it before.`,
  );
}

/** What `await`, `JSON.stringify` and the console look for on any object. */
function isAskedByLanguage(name: string | symbol): name is symbol | 'then' | 'toJSON' {
  return typeof name === 'symbol' || name === 'then' || name === 'toJSON';
}
