import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barChart, parseCsv } from './chart.js';

test('reads the rows below the header', () => {
  assert.deepEqual(parseCsv('month,mm\nJan,3\nFeb,4\n'), [
    { label: 'Jan', value: 3 },
    { label: 'Feb', value: 4 },
  ]);
});

test('scales the bars to the greatest value', () => {
  const rows = [
    { label: 'a', value: 1 },
    { label: 'bc', value: 2 },
  ];
  assert.equal(barChart(rows, 4), 'a  ██ 1\nbc ████ 2');
});
