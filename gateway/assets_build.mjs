// Builds what browsers load into static/ (`npm run build`): the scripts and style sheets that templates name, with the icons and fonts
// that these name, each under a name that changes with its content. manifest.json says which file is which.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

const STYLE = "gateway/style/";
const STATIC = "gateway/static/";
const DESIGN_SYSTEM = "node_modules/@gouvfr/dsfr/dist/";
const OURS = [
  ...["portail.css", "early.js", "portail.js", "scan_refresh.js", "selection.js", "passkey.js", "verification.js", "control_desk.js", "decisions/batches.js", "deposit/form.js"],
  ...["api_docs.css", "api_docs.js"],
];
const ICONS = ["favicon/favicon.svg", "favicon/favicon.ico", "favicon/apple-touch-icon.png"];

rmSync(STATIC, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: [...OURS.map((path) => STYLE + path), ...ICONS.map((path) => DESIGN_SYSTEM + path)],
  outdir: STATIC,
  entryNames: "[name]-[hash]",
  nodePaths: [DESIGN_SYSTEM], // « component/… » in our files is the design system's
  assetNames: "[name]-[hash]",
  loader: Object.fromEntries([".svg", ".ico", ".png", ".woff", ".woff2"].map((ending) => [ending, "copy"])),
  format: "iife",
  bundle: true,
  minify: true,
  metafile: true,
});

const files = {};
for (const [path, { entryPoint, inputs }] of Object.entries(metafile.outputs)) {
  const source = entryPoint ?? Object.keys(inputs)[0];
  files[source.replace(STYLE, "").replace(DESIGN_SYSTEM, "")] = relative(STATIC, path);
  if (/\.(css|js|svg)$/.test(path)) {
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
    writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path)));
  }
}
writeFileSync(`${STATIC}manifest.json`, JSON.stringify(files, null, 1));
