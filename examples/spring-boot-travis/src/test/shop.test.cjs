const assert = require('node:assert/strict');
const test = require('node:test');
const { answer, optionsOf } = require('../main/shop.cjs');

const shop = { properties: { 'shop.version': '7', 'shop.greeting': 'Hello' }, profile: 'real2' };

test('the page says which version it is, and whose', () => {
  assert.deepEqual(answer('/', shop), { version: '7', greeting: 'Hello', profile: 'real2' });
});

test('the profile is told as plain text', () => {
  assert.equal(answer('/profile', shop), 'real2');
});

test('options are read as Spring Boot reads them', () => {
  assert.deepEqual(optionsOf(['--server.port=8082', 'other']), { 'server.port': '8082' });
});
