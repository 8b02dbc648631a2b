import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "schema.graphql",
  documents: "operations/**/*.graphql",
  generates: {
    "src/gql/": {
      preset: "client",
      config: {
        scalars: { DateTime: "string", JSON: "unknown", Long: "number", Upload: "File" },
        // A scalar that is not in this list stops the generator instead of becoming `any`.
        strictScalars: true,
        enumsAsTypes: true,
        // Values may be added to an enum: then a switch over them needs a default.
        futureProofEnums: true,
        useTypeImports: true,
      },
    },
  },
  emitLegacyCommonJSImports: false,
};

export default config;
