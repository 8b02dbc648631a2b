import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildApp } from './app.js';

test('spreads a loan over its months', async () => {
  const response = await buildApp().inject({
    method: 'POST',
    url: '/loan',
    payload: { amount: 1200, yearlyRate: 0, months: 12 },
  });
  assert.deepEqual(response.json(), { monthly: 100 });
});

test('refuses what the schema forbids', async () => {
  const response = await buildApp().inject({ method: 'POST', url: '/loan', payload: { amount: -1 } });
  assert.equal(response.statusCode, 400);
});
