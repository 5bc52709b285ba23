import { expect, it } from 'vitest';
import { pipelineJsonSchema } from '../../pipelines/json-schema.ts';

it('the JSON Schema names every key of the file and forbids others', () => {
  const schema = pipelineJsonSchema();
  expect(Object.keys(Object(schema['properties']))).toEqual(
    expect.arrayContaining([
      'on',
      'env',
      'image',
      'jobs',
      'steps',
      'artifacts',
      'secrets',
      'timeout',
      'deploy',
    ]),
  );
  expect(schema['additionalProperties']).toBe(false);
  expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
});

it('the JSON Schema describes the matrix of a job: axes under any name, beside include, exclude and fail_fast', () => {
  const schema = JSON.stringify(pipelineJsonSchema());
  expect(schema).toContain('"fail_fast"');
  expect(schema).toContain('MATRIX_NODE');
  expect(schema).toContain('"allow_failure"');
});
