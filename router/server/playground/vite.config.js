// Builds the page into dist/, which is committed and served by the router. File names carry no hashes, so that a
// rebuild changes files instead of replacing them.
import { defineConfig } from 'vite';
import { licences } from './licences.js';

/** GraphiQL carries two web fonts that are three quarters of its styles; the system's own fonts do. */
const withoutFonts = {
  name: 'without-fonts',
  enforce: 'pre',
  transform: {
    filter: { id: /\.css$/ },
    handler: (code) => code.replaceAll(/@font-face\s*\{[^}]*\}/g, ''),
  },
};

export default defineConfig({
  base: '/playground/',
  plugins: [withoutFonts, licences()],
  build: {
    target: 'es2022',
    sourcemap: false,
    modulePreload: false,
    cssCodeSplit: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      output: {
        codeSplitting: false,
        entryFileNames: 'playground.js',
        assetFileNames: 'playground[extname]',
      },
      // React's "use client" marks mean nothing in a page without a server part.
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
});
