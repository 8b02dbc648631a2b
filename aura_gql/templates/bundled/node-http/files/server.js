import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);
const startedAt = new Date();

const routes = {
  'GET /': (request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    createReadStream(new URL('./index.html', import.meta.url)).pipe(response);
  },
  'GET /api/status': (request, response) => {
    sendJson(response, 200, { status: 'ok', node: process.version, startedAt });
  },
};

function sendJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

const server = createServer((request, response) => {
  const path = request.url.split('?', 1)[0];
  const route = routes[`${request.method} ${path}`];
  if (route) return route(request, response);
  sendJson(response, 404, { error: `There is nothing at ${request.method} ${path}` });
});

server.listen(port, host, () => {
  console.log(`Listening on http://${host}:${server.address().port}`);
});
