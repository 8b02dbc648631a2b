import { Router } from 'express';

/** Notes live in memory: they are gone when the server stops. */
const store = [{ id: 1, text: 'Try adding a note' }];

export const notes = Router();

notes.get('/', (request, response) => {
  response.json(store);
});

notes.post('/', (request, response) => {
  const text = request.body?.text;
  if (typeof text !== 'string' || !text.trim()) {
    return response.status(400).json({ error: '`text` must be a string that is not empty' });
  }
  const note = { id: store.length + 1, text: text.trim() };
  store.push(note);
  response.status(201).json(note);
});
