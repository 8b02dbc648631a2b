import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const address = {
  host: process.env.HOST ?? '127.0.0.1',
  port: Number(process.env.PORT ?? 5173),
  strictPort: true,
};

export default defineConfig({
  plugins: [react()],
  server: address,
  preview: address,
});
