import { createServer } from 'node:http';
import { rollDice } from './dice.js';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname !== '/') {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: `There is nothing at ${url.pathname}` }));
    return;
  }
  const roll = rollDice(url.searchParams.get('dice') ?? '2d6');
  response.writeHead(roll ? 200 : 400, { 'content-type': 'application/json' });
  response.end(JSON.stringify(roll ?? { error: 'Ask for dice such as ?dice=3d20' }));
});

server.listen(port, host, () => {
  console.log(`Listening on http://${host}:${port}`);
});
