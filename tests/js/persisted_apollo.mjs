// Runs a document by its hash with Apollo Client: persisted_apollo.mjs URL DOCUMENT. Prints its data, or the code of
// its error, and how many requests that took.
import { createHash } from "node:crypto";
import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client/core/index.js";
import { CombinedGraphQLErrors } from "@apollo/client/errors/index.js";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries/index.js";
import { gql } from "@apollo/client/core/index.js";

const [uri, document] = process.argv.slice(2);
let requests = 0;
const link = new PersistedQueryLink({ sha256: (text) => createHash("sha256").update(text).digest("hex") }).concat(
  new HttpLink({ uri, fetch: (...request) => (requests++, fetch(...request)) }),
);
const client = new ApolloClient({ link, cache: new InMemoryCache() });
try {
  const { data } = await client.query({ query: gql(document) });
  console.log(JSON.stringify({ data, requests }));
} catch (error) {
  if (!CombinedGraphQLErrors.is(error)) throw error;
  console.log(JSON.stringify({ code: error.errors[0].extensions.code, requests }));
}
