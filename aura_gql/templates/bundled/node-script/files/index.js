import { readFile } from 'node:fs/promises';
import { barChart, parseCsv } from './chart.js';

const file = process.argv[2] ?? new URL('./rainfall.csv', import.meta.url);
console.log(barChart(parseCsv(await readFile(file, 'utf8'))));
