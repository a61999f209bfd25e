import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { precompress } from './precompress.js';

/** The service that `npm -w console run dev` works on. */
const service = 'http://127.0.0.1:3000';

export default defineConfig(({ command }) => {
  // What is built is for production, whatever builds it: tests set this to `test`, and libraries look at it.
  if (command === 'build') process.env.NODE_ENV = 'production';
  return {
    base: '/console/',
    plugins: [react(), precompress()],
    build: {
      outDir: 'dist',
      emptyOutDir: true,
      reportCompressedSize: false,
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 700,
    },
    server: { proxy: { '/v1': service, '/session': service } },
  };
});
