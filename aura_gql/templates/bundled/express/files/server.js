import { fileURLToPath } from 'node:url';
import express from 'express';
import { notes } from './routes/notes.js';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 3000);

const app = express();
app.use(express.json());
app.use(express.static(fileURLToPath(new URL('./public', import.meta.url))));
app.use('/api/notes', notes);

app.use((request, response) => {
  response.status(404).json({ error: `There is nothing at ${request.method} ${request.path}` });
});

app.listen(port, host, (error) => {
  if (error) throw error;
  console.log(`Listening on http://${host}:${port}`);
});
