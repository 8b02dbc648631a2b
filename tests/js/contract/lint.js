// Lints schema.graphql and examples/ of a folder. Prints JSON: the rules that are on, those of the plugin that nobody decided
// about, and what is wrong as {file, line, rule, message}.
import path from "node:path";
import process from "node:process";

import graphql from "@graphql-eslint/eslint-plugin";
import { ESLint } from "eslint";

import { operationRules, schemaRules, unused } from "./rules.js";

const PREFIX = "@graphql-eslint/";
const folder = path.resolve(process.argv[2]);
const graphQLConfig = {
  schema: path.join(folder, "schema.graphql"),
  documents: path.join(folder, "examples/**/*.graphql"),
};
const eslint = new ESLint({
  cwd: folder,
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ["**/*.graphql"],
      plugins: { "@graphql-eslint": graphql },
      languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig } },
      linterOptions: { noInlineConfig: true },
    },
    { files: ["schema.graphql"], rules: schemaRules },
    { files: ["examples/**/*.graphql"], rules: operationRules },
  ],
});

const isOn = ([, rule]) => (Array.isArray(rule) ? rule[0] : rule) !== "off";
const on = new Set([schemaRules, operationRules].flatMap((rules) => Object.entries(rules).filter(isOn).map(([name]) => name)));
const decided = new Set([schemaRules, operationRules, unused].flatMap(Object.keys));
const results = await eslint.lintFiles(["schema.graphql", "examples/**/*.graphql"]);

console.log(
  JSON.stringify({
    rules: [...on].map((name) => name.replace(PREFIX, "")).sort(),
    undecided: Object.keys(graphql.rules).filter((name) => !decided.has(PREFIX + name)),
    wrong: results.flatMap(({ filePath, messages }) =>
      messages.map(({ line, ruleId, message }) => ({
        file: path.relative(folder, filePath),
        line,
        rule: ruleId?.replace(PREFIX, "") ?? "",
        message,
      })),
    ),
  }),
);
