/** Valid inputs of any call, made from its schema alone: a call that is added to the contract needs nothing here. */
import type * as z from 'zod';
import type { SeededRandom } from './seeded-random.ts';

/** Values to use for properties of these names, such as ids that exist. */
export type KnownValues = Readonly<Record<string, readonly unknown[]>>;

const attempts = 200;

/** @throws when none could be made: then `texts` below needs one that the schema's strings accept. */
export function validInput(schema: z.ZodType, random: SeededRandom, known: KnownValues = {}): unknown {
  // Objects may have conditions over several properties.
  for (let attempt = 0; attempt < attempts; attempt++) {
    const input = valueFor(schema, random, known);
    if (schema.safeParse(input).success) return input;
  }
  throw new Error('No valid input could be made from the schema.');
}

function valueFor(schema: z.core.$ZodType, random: SeededRandom, known: KnownValues, name = ''): unknown {
  const inside = (inner: z.core.$ZodType) => valueFor(inner, random, known, name);
  const { def } = schema._zod;
  switch (def.type) {
    case 'string':
      return textOf(schema as z.ZodString, random, known[name] ?? []);
    case 'number':
      return numberOf(schema as z.ZodNumber, random, known[name] ?? []);
    case 'boolean':
      return random.fraction() < 0.5;
    case 'null':
      return null;
    case 'unknown':
    case 'any':
      return random.json();
    case 'enum':
      return random.pick(Object.values((def as z.core.$ZodEnumDef).entries));
    case 'literal':
      return random.pick((def as z.core.$ZodLiteralDef<z.core.util.Literal>).values);
    case 'object': {
      const { shape } = def as z.core.$ZodObjectDef;
      const entries = Object.entries(shape).map(([key, value]) => [key, valueFor(value, random, known, key)]);
      return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    }
    case 'array': {
      const { element } = def as z.core.$ZodArrayDef;
      return Array.from({ length: random.integer(0, 3) }, () => inside(element));
    }
    case 'record': {
      const { valueType } = def as z.core.$ZodRecordDef;
      return Object.fromEntries(
        Array.from({ length: random.integer(0, 3) }, (_, index) => [`key${index}`, inside(valueType)]),
      );
    }
    case 'optional':
      return random.fraction() < 0.3 ? undefined : inside((def as z.core.$ZodOptionalDef).innerType);
    case 'nullable':
      return random.fraction() < 0.2 ? null : inside((def as z.core.$ZodNullableDef).innerType);
    case 'default':
      return inside((def as z.core.$ZodDefaultDef).innerType);
    case 'union':
      return inside(random.pick((def as z.core.$ZodUnionDef).options));
    default:
      throw new Error(`schema-inputs.ts can’t make a value of the type “${def.type}” yet.`);
  }
}

/** One of these fits any string of the contract. */
const texts = [
  '0b5a4f3e-6d0c-4f6c-9f63-7f0a2f6f7c11',
  '127.0.0.1',
  'localhost',
  '[::1]',
  '/prefix',
  '',
  'a',
  'order',
  'key-pair',
  'private-orders',
  'An app',
  '{"id":1}',
  '0123456789abcdef',
  'profiles.list',
] as const;

function textOf(schema: z.ZodString, random: SeededRandom, known: readonly unknown[]): unknown {
  const { maxLength } = schema;
  const longest = maxLength === null || maxLength === undefined ? [] : ['a'.repeat(maxLength)];
  const fitting = [...texts, ...longest].filter((text) => schema.safeParse(text).success);
  const knownFitting = known.filter((value) => schema.safeParse(value).success);
  if (knownFitting.length > 0 && (fitting.length === 0 || random.fraction() < 0.7))
    return random.pick(knownFitting);
  return random.pick(fitting);
}

function numberOf(schema: z.ZodNumber, random: SeededRandom, known: readonly unknown[]): unknown {
  const { minValue, maxValue } = schema;
  const numbers = [minValue, maxValue, 0, 1, 40, 200, random.integer(0, 1000)];
  const fitting = [...known, ...known, ...numbers].filter((value) => schema.safeParse(value).success);
  return random.pick(fitting);
}
