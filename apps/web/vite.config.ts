import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

// The API answers where `pirwa serve` does; in development Vite stands before it.
const api = process.env.PIRWA_API ?? "http://127.0.0.1:8000";

// The version of the product, for whoever writes to its operator.
const project = new URL("../../pyproject.toml", import.meta.url);
const version = /^version = "(.+)"$/m.exec(readFileSync(project, "utf-8"))?.[1] ?? "";

export default defineConfig({
  define: { "import.meta.env.PIRWA_VERSION": JSON.stringify(version) },
  build: {
    assetsInlineLimit: 0, // the content security policy has no data: for scripts, and icons are cached one by one
    // The page names at once what it begins with. What comes on demand names its parts itself: a table of them all would weigh more.
    modulePreload: { polyfill: false, resolveDependencies: (_, parts, { hostType }) => (hostType === "html" ? parts : []) },
    target: "es2023",
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      // "use client" means nothing to a page that is drawn by the browser alone.
      onLog: (level, log, handle) => log.code !== "MODULE_LEVEL_DIRECTIVE" && handle(level, log),
    },
  },
  server: { proxy: { "/api": api, "/schema": api } },
});
