import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDocument, type ScalarTag } from 'yaml';
import { z } from 'zod';

const bridge = new URL('../../bridges/codecommit-lambda/', import.meta.url);
const textOf = (name: string) => readFileSync(new URL(name, bridge), 'utf8');

/** CloudFormation's short forms, as the long ones that they stand for. */
const shortForms = ['Ref', 'GetAtt', 'Sub'].map(
  (name): ScalarTag => ({
    tag: `!${name}`,
    resolve: (value: string) => ({ [name === 'Ref' ? name : `Fn::${name}`]: value }),
  }),
);

const template = z.object({
  Transform: z.literal('AWS::Serverless-2016-10-31'),
  Parameters: z.record(z.string(), z.object({ Type: z.string(), NoEcho: z.boolean().optional() })),
  Resources: z.object({
    Bridge: z.object({
      Type: z.literal('AWS::Serverless::Function'),
      Properties: z.object({
        CodeUri: z.string(),
        Handler: z.string(),
        Runtime: z.string(),
        Timeout: z.int(),
        Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
      }),
    }),
    Undelivered: z.object({ Type: z.literal('AWS::SQS::Queue') }),
    MayBeCalled: z.object({
      Type: z.literal('AWS::Lambda::Permission'),
      Properties: z.object({ Principal: z.string(), SourceAccount: z.unknown(), SourceArn: z.unknown() }),
    }),
  }),
});

const document = parseDocument(textOf('template.yaml'), { customTags: shortForms });
const { Parameters, Resources } = template.parse(document.toJS());
const { Properties } = Resources.Bridge;

describe('the template of the CodeCommit bridge', () => {
  it('is YAML without a mistake', () => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
  });

  it('names a handler that the code exports', async () => {
    const [module = '', name = ''] = Properties.Handler.split('.');
    const file = new URL(`${Properties.CodeUri}/${module}.mjs`, bridge);
    expect(existsSync(file)).toBe(true);
    const exported = (await import(file.href)) as Record<string, unknown>;
    expect(exported[name]).toBeTypeOf('function');
  });

  it('runs it on a Node.js that the code is for', () => {
    const [, wanted] = /runtime Node\.js (\d+) or later/.exec(textOf('index.mjs')) ?? [];
    expect(Number(/^nodejs(\d+)\.x$/.exec(Properties.Runtime)?.[1])).toBeGreaterThanOrEqual(Number(wanted));
  });

  it('sets the very variables that the code reads, and shows none of their values', () => {
    const read = [...textOf('index.mjs').matchAll(/process\.env\['(\w+)'\]/g)].map(([, name]) => name);
    expect(Object.keys(Properties.Environment.Variables)).toEqual([...new Set(read)]);
    for (const value of Object.values(Properties.Environment.Variables)) {
      const { Ref } = z.object({ Ref: z.string() }).parse(value);
      expect(Parameters[Ref]).toMatchObject({ NoEcho: true });
    }
  });

  it('gives it the time in which it tries all its times', () => {
    const waits = [1, 2, 4, 8, 16];
    expect(Properties.Timeout).toBeGreaterThan(waits.reduce((sum, wait) => sum + wait));
  });

  it('lets CodeCommit of this account call it, and nobody else', () => {
    const { Principal, SourceAccount, SourceArn } = Resources.MayBeCalled.Properties;
    expect(Principal).toBe('codecommit.amazonaws.com');
    expect(SourceAccount).toEqual({ Ref: 'AWS::AccountId' });
    expect(JSON.stringify(SourceArn)).toMatch(/:codecommit:\$\{AWS::Region\}:\$\{AWS::AccountId\}:/);
  });

  it('refers to nothing that it does not have', () => {
    const known = new Set([...Object.keys(Parameters), 'Bridge', 'Undelivered', 'MayBeCalled']);
    const named = [
      ...textOf('template.yaml').matchAll(/!(?:Ref|GetAtt) (\w+)(?=[\s.]|$)(?!::)|\$\{(\w+)\}/g),
    ];
    const unknown = named.map(([, one, other]) => one ?? other ?? '').filter((name) => !known.has(name));
    expect(unknown).toEqual([]);
    expect(named.length).toBeGreaterThan(4);
  });
});
