import { describe, expect, it } from 'vitest';
import { parseCommentCommand } from '../../../src/runs/comment-command.ts';

const sha = 'a1'.repeat(20);

describe('the first line of a comment', () => {
  it.each([
    ['/hookline retry', { type: 'retry' }],
    ['/hookline Cancel  \r\nfor it hangs', { type: 'cancel' }],
    ['/hookline', { type: 'help' }],
    [`/hookline approve ${sha.toUpperCase()}`, { type: 'approve', sha }],
    [`/hookline reject ${sha} deploy production`, { type: 'reject', sha, job: 'deploy production' }],
  ])('%j is a command', (body, command) => {
    expect(parseCommentCommand(body)).toEqual(command);
  });

  it.each([
    ['', undefined],
    ['Looks good', undefined],
    ['please /hookline retry', undefined],
    ['> /hookline retry', undefined],
    [' /hookline retry', undefined],
    ['\n/hookline retry', undefined],
    ['/hooklines retry', undefined],
  ])('%j is none', (body, none) => {
    expect(parseCommentCommand(body)).toBe(none);
  });

  it.each([
    ['/hookline deploy production', /no command "deploy"; retry, cancel, approve, reject, help/],
    ['/hookline retry everything', /retry takes nothing behind it/],
    ['/hookline approve', /the whole id of the commit/],
    ['/hookline approve a1a1a1a', /the whole id of the commit/],
    ['/hookline approve main', /the whole id of the commit/],
  ])('%j is a mistake that is told', (body, message) => {
    expect(parseCommentCommand(body)).toEqual({ type: 'mistake', message: expect.stringMatching(message) });
  });
});
