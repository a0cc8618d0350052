// One script and one style sheet, which CMake embeds into the command: see CMakeLists.txt in this folder.
//   node build.js [FOLDER]
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const out = process.argv[2] ?? "dist";
await build({
  entryPoints: { page: "src/main.ts" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2020", "chrome100", "firefox100", "safari15"],
  legalComments: "none",
});

// A page's policy allows exactly this script, by its hash; and nothing in it may end the element that it stands in.
const script = readFileSync(join(out, "page.js"), "utf8");
if (/<\/script|<!--/i.test(script)) throw new Error("page.js: contains text that would end its <script> element");
writeFileSync(join(out, "page.sha256"), createHash("sha256").update(script).digest("base64"));
