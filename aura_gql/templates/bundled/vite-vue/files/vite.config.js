import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const address = {
  host: process.env.HOST ?? '127.0.0.1',
  port: Number(process.env.PORT ?? 5173),
  strictPort: true,
};

export default defineConfig({
  plugins: [vue()],
  server: address,
  preview: address,
});
