// Has graphql-codegen and relay-compiler write their manifests of persisted documents: manifests.mjs SCHEMA FOLDER.
// Prints the paths of both.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { generate } from "@graphql-codegen/cli";

const [schema, folder] = process.argv.slice(2);
const query = "query sourceQuery { viewer { id name } templates(first: 2) { nodes { slug } } }";

const gql = join(folder, "gql/");
await generate(
  { schema, documents: [query], generates: { [gql]: { preset: "client", presetConfig: { persistedDocuments: true } } }, silent: true },
  true,
);

const relay = join(folder, "relay.json");
mkdirSync(join(folder, "src"));
writeFileSync(relay, "{}");
writeFileSync(join(folder, "schema.graphql"), readFileSync(schema));
writeFileSync(join(folder, "src", "source.js"), `import { graphql } from "relay-runtime"; graphql\`${query}\`;`);
const config = join(folder, "relay.config.json");
writeFileSync(
  config,
  JSON.stringify({
    src: "./src",
    schema: "./schema.graphql",
    language: "javascript",
    persistConfig: { file: "./relay.json" },
  }),
);
const compiler = createRequire(import.meta.url).resolve("relay-compiler/cli.js");
const compiled = spawnSync(process.execPath, [compiler, config], { cwd: folder, encoding: "utf8" });
if (compiled.status !== 0) throw new Error(compiled.stdout + compiled.stderr);

console.log(JSON.stringify([join(gql, "persisted-documents.json"), relay]));
