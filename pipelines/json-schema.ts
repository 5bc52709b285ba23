import { z } from 'zod';
import { pipelineShape } from './pipeline-shape.ts';

/**
 * JSON Schema (draft 2020-12) of `.hookline.yml` for editors. It says where what may stand; names that must
 * fit one another are only known to `parsePipeline`.
 */
export function pipelineJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(pipelineShape, {
    io: 'input',
    override: ({ jsonSchema }) => tellAll(jsonSchema),
  });
  return { ...schema, title: 'hookline pipeline' };
}

/** Editors show descriptions and examples; what else our definitions say goes into the description. */
function tellAll(schema: z.core.JSONSchema.BaseSchema): void {
  const { unlessGiven, limits } = schema;
  const said = [
    schema.description,
    ...(typeof unlessGiven === 'string' ? [`Unless given: ${unlessGiven}.`] : []),
    ...(typeof limits === 'string' ? [`Limits: ${limits}.`] : []),
  ].filter((text) => text !== undefined);
  if (said.length > 0) schema.description = said.join(' ');
  delete schema['unlessGiven'];
  delete schema['limits'];
  delete schema['keysOf'];
  // Only the parser knows whether a template brings the steps of the job that extends it.
  if (schema.properties?.['extends'] !== undefined) {
    schema.required = (schema.required ?? []).filter((key) => key !== 'steps');
    if (schema.required.length === 0) delete schema.required;
  }
}
