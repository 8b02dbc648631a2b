import { setUpCounter } from './counter.js';
import './style.css';

document.querySelector('#app').innerHTML = `
  <main>
    <h1>Vite + JavaScript</h1>
    <p>Edit <code>src/main.js</code> and watch this page follow.</p>
    <button type="button"></button>
  </main>
`;

setUpCounter(document.querySelector('button'));
