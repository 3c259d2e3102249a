import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds the API: a running `tidegate serve`, which takes changes from its own origin only. */
const server = { target: process.env.TIDEGATE_ADDRESS ?? "http://127.0.0.1:8000", changeOrigin: false };

export default defineConfig({
  plugins: [svelte()],
  // The server's content security policy allows no data: fonts or scripts.
  build: { assetsInlineLimit: 0, target: "es2022", chunkSizeWarningLimit: 900 },
  server: { proxy: { "/api": server, "/v2": server } },
  // Under vitest Svelte must resolve to its browser build, or components cannot be mounted in jsdom.
  resolve: process.env.VITEST ? { conditions: ["browser"] } : {},
  test: { environment: "jsdom", testTimeout: 30_000, setupFiles: ["src/test/setup.ts"], include: ["src/**/*.test.ts"] },
});
