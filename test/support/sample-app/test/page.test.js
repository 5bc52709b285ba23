import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from '../src/page.js';

test('shows the message as text, never as HTML', () => {
  assert.match(page({ message: '<b>', build: '1' }), /<h1>&lt;b&gt;<\/h1>/);
});
