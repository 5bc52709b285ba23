import { z } from 'zod';
import { pipelineShape } from '../pipeline-shape.ts';
import type { KeyDescription } from './key-description.ts';
import { type Shape, shapeOf } from './shape-parts.ts';

/** Every key that may stand at the top of a file, with what may stand below it: one page each. */
export function describeKeys(): KeyDescription[] {
  const pages = new Map(Object.entries(pipelineShape.shape).map(([name, schema]) => [innerOf(schema), name]));
  return Object.entries(pipelineShape.shape).map(([name, schema]) =>
    describe(schema, { name, path: '', fullPath: name }, (inner) => {
      const page = pages.get(inner);
      return page === name ? undefined : page;
    }),
  );
}

type Place = { name: string; path: string; fullPath: string };
/** The page of a definition that stands at the top of the file as well. */
type PageOf = (inner: z.core.$ZodType) => string | undefined;

function describe(schema: z.core.$ZodType, place: Place, pageOf: PageOf): KeyDescription {
  const shape = shapeOf(schema);
  const page = place.path === '' || saysMore(schema) ? undefined : pageOf(innerOf(schema));
  const sameAs = page === place.name ? page : undefined;
  return {
    path: place.path,
    fullPath: place.fullPath,
    required: shape.required,
    description: shape.description,
    wanted: shape.wanted,
    limits: shape.limits,
    unlessGiven: shape.unlessGiven,
    examples: shape.examples,
    ...(sameAs === undefined ? {} : { sameAs }),
    ...(shape.keysOf === undefined ? {} : { keysOf: shape.keysOf }),
    children: sameAs === undefined && shape.keysOf === undefined ? childrenOf(shape, place, pageOf) : [],
  };
}

function childrenOf({ keys, between }: Shape, place: Place, pageOf: PageOf): KeyDescription[] {
  return Object.entries(keys).map(([name, schema]) =>
    describe(
      schema,
      {
        name,
        path: place.path === '' ? name : `${place.path}.${name}`,
        fullPath: `${place.fullPath}${between}.${name}`,
      },
      pageOf,
    ),
  );
}

/** What is said of a key here alone; what is only its definition's is said on that one's page. */
function saysMore(schema: z.core.$ZodType): boolean {
  return schema._zod.def.type === 'optional' && z.globalRegistry.get(schema)?.description !== undefined;
}

/** The definition itself, whether the key may be left out or not. */
function innerOf(schema: z.core.$ZodType): z.core.$ZodType {
  const { def } = schema._zod;
  return def.type === 'optional' ? innerOf((def as z.core.$ZodOptionalDef).innerType) : schema;
}
