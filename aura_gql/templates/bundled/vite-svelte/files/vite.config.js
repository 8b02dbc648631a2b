import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const address = {
  host: process.env.HOST ?? '127.0.0.1',
  port: Number(process.env.PORT ?? 5173),
  strictPort: true,
};

export default defineConfig({
  plugins: [svelte()],
  server: address,
  preview: address,
});
