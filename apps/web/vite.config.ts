import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

// The API answers where `pirwa serve` does; in development Vite stands before it.
const api = process.env.PIRWA_API ?? "http://127.0.0.1:8000";

// The version of the product, for whoever writes to its operator.
const project = new URL("../../pyproject.toml", import.meta.url);
const version = /^version = "(.+)"$/m.exec(readFileSync(project, "utf-8"))?.[1] ?? "";

const ui = (...names: string[]) => names.map((name) => `/web/src/ui/${name}.ts`);
const mui = (...names: string[]) => names.map((name) => `/@mui/material/${name}/`);

// What pages need together comes in one file: a hundred small ones are packed worse, and are asked for one after the other. Each
// file takes along whatever its parts stand on and no file above has. What is named nowhere goes to the page that needs it.
const TOGETHER: Record<string, readonly string[]> = {
  surfaces: [...ui("Listing", "link/Link"), ...mui("Card", "IconButton", "List", "Paper"), "/react-query/build/modern/useQuery.js"],
  inputs: mui("Input", "InputBase", "NativeSelect", "OutlinedInput"),
  fields: [...mui("InputAdornment", "Select", "TextField"), ...ui("useForm")],
  frame: ["/web/src/shell/Shell.tsx", ...ui("Page", "picker/sites")],
  choices: [...mui("FormControlLabel", "MenuItem"), "/@mui/material/internal/SwitchBase."],
  rows: mui("Table", "TableBody", "TableCell", "TableContainer", "TableHead", "TableRow"),
  lists: ui("DataTable", "PageFooter"),
  drawer: ui("FormDrawer"),
  popper: mui("Popper"),
  pickers: [...mui("Autocomplete"), ...ui("picker/ProductPicker")],
  dialogs: mui("Dialog", "DialogActions", "DialogContent", "DialogContentText", "DialogTitle"),
};

const groups = [
  // What every page begins with: packages of others apart, because they stay the same from one version of ours to the next.
  { name: "packages", tags: ["$initial" as const], test: "/node_modules/" },
  { name: "base", tags: ["$initial" as const] },
  ...Object.entries(TOGETHER).map(([name, parts]) => ({ name, test: (file: string) => parts.some((part) => file.includes(part)) })),
  { name: "icons", test: "/@mui/icons-material/", minShareCount: 5 },
];

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
      output: { codeSplitting: { groups } },
      // "use client" means nothing to a page that is drawn by the browser alone.
      onLog: (level, log, handle) => log.code !== "MODULE_LEVEL_DIRECTIVE" && handle(level, log),
    },
  },
  server: { proxy: { "/api": api, "/schema": api } },
});
