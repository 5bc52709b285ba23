import { z } from 'zod';
import { pipelineShape } from './pipeline-shape.ts';

/**
 * JSON Schema (draft 2020-12) of `.hookline.yml` for editors. It says where what may stand; names that must
 * fit one another are only known to `parsePipeline`.
 */
export function pipelineJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(pipelineShape, { io: 'input' }), title: 'hookline pipeline' };
}
