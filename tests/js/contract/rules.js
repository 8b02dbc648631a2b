// The rules of @graphql-eslint that the contract keeps: all of its own configurations, but what is named here with a reason.
import graphql from "@graphql-eslint/eslint-plugin";

const named = (rules) => Object.fromEntries(Object.entries(rules).map(([name, rule]) => [`@graphql-eslint/${name}`, rule]));

const [, naming] = graphql.configs["flat/schema-recommended"].rules["@graphql-eslint/naming-convention"];

export const schemaRules = {
  ...graphql.configs["flat/schema-all"].rules,
  ...graphql.configs["flat/schema-relay"].rules,
  ...named({
    "require-description": [
      "error",
      {
        types: true,
        rootField: true,
        DirectiveDefinition: true,
        FieldDefinition: true,
        InputValueDefinition: true,
        EnumValueDefinition: true,
      },
    ],
    "naming-convention": [
      "error",
      {
        ...naming,
        InputObjectTypeDefinition: { requiredPattern: /(Input|Filter|Range)$/ },
        ObjectTypeDefinition: { forbiddenPrefixes: ["Type"], forbiddenSuffixes: ["Type", "Input", "Filter"] },
      },
    ],
    "input-name": ["error", { checkInputType: true, caseSensitiveInputType: false }],
    // Lists are read forwards only; `first` and `after` are there.
    "relay-arguments": ["error", { includeBoth: false }],
    // A short list that is always wanted whole, such as the chunks of a batch, is no connection. What a long one lists may
    // be a value, such as a change of a file: what has an id is seen to below.
    "relay-edge-types": ["error", { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false }],
    // What a cache finds again by its id has one. The others are values: parts of what they stand in, or moments of a stream.
    "strict-id-in-types": [
      "error",
      {
        exceptions: {
          suffixes: ["Payload", "Connection", "Edge", "Event"],
          types: [
            "CpuLimit",
            "DiffHunk",
            "DiffLine",
            "DownloadUrl",
            "ExecutionFinished",
            "ExecutionGap",
            "ExecutionOutputBatch",
            "FileChange",
            "FileChangeBatch",
            "FileDiff",
            "FileVersion",
            "LanguageSupport",
            "OutputChunk",
            "PackageRequest",
            "PageInfo",
            "ProjectConfiguration",
            "ProjectDiff",
            "ProjectFile",
            "ProjectRevision",
            "ProjectFolder",
            "ProjectStorage",
            "RateLimit",
            "RequestHeader",
            "ResourceLimit",
            "ResourceLimits",
            "SandboxCapabilities",
            "SandboxFile",
            "SandboxMetrics",
            "SandboxPort",
            "SandboxProvider",
            "SandboxProviderCircuit",
            "SandboxProviderLimits",
            "SandboxSizeOffer",
            "SandboxSync",
            "SandboxUsage",
            "SavedFiles",
            "SkippedFile",
            "SkippedTemplate",
            "StorageQuota",
            "SyncConflict",
            "SyncVersion",
            "TemplateCategory",
            "TemplateDependency",
            "TemplateFacet",
            "TemplateFacets",
            "TemplateOption",
            "TemplateFile",
            "TemplateProviderSupport",
            "TemplateSyncCounts",
            "TemplateSyncFailure",
            "TerminalClosed",
            "TerminalGap",
            "TerminalOutput",
            "TextDiff",
            "UserError",
          ],
        },
      },
    ],

    // The order of fields, arguments and values is for readers: what matters first, states as they follow each other.
    alphabetize: "off",
    // Mutations and subscriptions are what this API is for.
    "no-root-type": "off",
    // A mutation always has a payload, which says in `errors` what failed; a connection may be empty but is never missing.
    "require-nullable-result-in-root": "off",
    // A payload holds all that the mutation changed.
    "require-field-of-type-query-in-mutation-result": "off",
    // GraphQL's own @deprecated has a reason and no date. A field goes only after a release had it deprecated: diff.js.
    "require-deprecation-date": "off",
  }),
};

export const operationRules = {
  ...graphql.configs["flat/operations-all"].rules,
  ...named({
    "require-description": ["error", { OperationDefinition: true }],

    // The order is for readers here too.
    alphabetize: "off",
    // An example can be copied as it is, so it brings its fragments with it.
    "lone-executable-definition": "off",
    "no-one-place-fragments": "off",
    "require-import-fragment": "off",
    // Those of the tour are numbered; tests/test_examples.py holds all names of files.
    "match-document-filename": "off",
  }),
};

// What no configuration of the plugin has.
export const unused = named({
  // It would ask for every field of every type in some example.
  "no-unused-fields": "off",
});
