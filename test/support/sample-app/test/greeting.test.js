import assert from 'node:assert/strict';
import test from 'node:test';
import { greeting } from '../src/greeting.js';

test('greets by the hour', () => {
  assert.equal(greeting('Ada', 9), 'Good morning, Ada!');
  assert.equal(greeting('Ada', 23), 'Good night, Ada!');
});

test('greets the world when there is no name', () => {
  assert.equal(greeting(' ', 13), 'Good afternoon, world!');
});
