import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

export default ts.config(
  { ignores: ["dist/", "node_modules/", "src/backend/api.ts"] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
  },
  // Dates and query strings here are values made and read in one place, never shared state.
  { rules: { "svelte/prefer-svelte-reactivity": "off" } },
  {
    files: ["src/**"],
    ignores: ["src/backend/**"],
    rules: {
      // One place knows Tauri and HTTP; everything else speaks to it.
      "no-restricted-imports": ["error", { patterns: ["@tauri-apps/*"] }],
      "no-restricted-globals": ["error", "fetch", "EventSource", "XMLHttpRequest"],
    },
  },
);
