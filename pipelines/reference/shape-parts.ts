import { z } from 'zod';
import type { KeyFacts } from './key-description.ts';

/** What a definition says of itself, and of what it is made. */
export type Shape = KeyFacts & {
  /** The keys of the mapping that it is, that its items or values are, or that it may be in place of something short. */
  keys: Record<string, z.core.$ZodType>;
  /** What stands between its own key and those: `[]` for a list, `.<name>` for values by names. */
  between: string;
};

type Def = z.core.$ZodTypes['_zod']['def'];

export function shapeOf(schema: z.core.$ZodType): Shape {
  const def = schema._zod.def as Def;
  if (def.type === 'optional') {
    const inner = shapeOf(def.innerType);
    const own = metaOf(schema);
    return { ...inner, ...own, required: false };
  }
  const wanted = wantedOf(def);
  const limits = [...new Set([...limitsOf(schema), ...(metaOf(schema).limits ?? [])])];
  return {
    required: true,
    description: '',
    wanted,
    unlessGiven: '',
    examples: [],
    ...metaOf(schema),
    limits: limits.filter((limit) => limit !== wanted),
    ...insideOf(def),
  };
}

/** Only what is said, so that it can be laid over what was said before. */
function metaOf(
  schema: z.core.$ZodType,
): Partial<Pick<Shape, 'description' | 'unlessGiven' | 'examples' | 'limits' | 'keysOf'>> {
  const meta = z.globalRegistry.get(schema) ?? {};
  const { description, examples } = meta;
  const { unlessGiven, limits, keysOf } = meta as { unlessGiven?: string; limits?: string; keysOf?: string };
  return {
    ...(description === undefined ? {} : { description }),
    ...(unlessGiven === undefined ? {} : { unlessGiven }),
    ...(Array.isArray(examples) ? { examples } : {}),
    ...(limits === undefined ? {} : { limits: [limits] }),
    ...(keysOf === undefined ? {} : { keysOf }),
  };
}

/** The text of the mistake that something of a wrong type is. */
function wantedOf(def: Def): string {
  return textOf(def.error) ?? def.type;
}

/** Texts of the shape do not depend on what was found, but for that of unknown keys. */
function textOf(error: unknown): string | undefined {
  const text: unknown = typeof error === 'function' ? error({ code: 'custom' }) : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** What is asked beyond the type, in the words of its mistakes: of the value, of its items, of each alternative. */
function limitsOf(schema: z.core.$ZodType): string[] {
  const def = schema._zod.def as Def;
  const own = (def.checks ?? []).flatMap((check) => {
    const text = textOf(check._zod.def.error);
    return text === undefined ? [] : [text];
  });
  switch (def.type) {
    case 'array':
      return [...own, ...(isPlain(def.element) ? wordsOf(def.element).map((word) => `each ${word}`) : [])];
    case 'record':
      return [...wordsOf(def.keyType).map((word) => `each name: ${word}`), ...own];
    case 'union': {
      // One value that stands for a list of one is told of with the list.
      const items = def.options.map(
        ({ _zod }) => (_zod.def as Def).type === 'array' && (_zod.def as z.core.$ZodArrayDef).element,
      );
      const told = def.options.filter((option) => isPlain(option) && !items.includes(option));
      return [...own, ...told.flatMap(limitsOf)];
    }
    default:
      return own;
  }
}

/** Of an item or an alternative what it is counts as well. */
function wordsOf(schema: z.core.$ZodType): string[] {
  const def = schema._zod.def as Def;
  return def.error === undefined ? limitsOf(schema) : [wantedOf(def), ...limitsOf(schema)];
}

const isPlain = (schema: z.core.$ZodType) =>
  !['object', 'record', 'union', 'null', 'boolean', 'literal', 'enum'].includes(schema._zod.def.type);

function insideOf(def: Def): Pick<Shape, 'keys' | 'between'> {
  switch (def.type) {
    case 'object':
      return { keys: { ...def.shape }, between: '' };
    case 'array':
      return within(def.element, '[]');
    case 'record':
      return within(def.valueType, '.<name>');
    case 'union': {
      const found = def.options
        .map((option) => within(option, ''))
        .find(({ keys }) => Object.keys(keys).length > 0);
      return found ?? { keys: {}, between: '' };
    }
    default:
      return { keys: {}, between: '' };
  }
}

function within(schema: z.core.$ZodType, between: string): Pick<Shape, 'keys' | 'between'> {
  const inner = insideOf(schema._zod.def as Def);
  return { keys: inner.keys, between: `${between}${inner.between}` };
}
