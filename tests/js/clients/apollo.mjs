// Apollo Client: HTTP for queries and mutations, graphql-ws for subscriptions.
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache, split } from "@apollo/client/core/index.js";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions/index.js";
import { getMainDefinition } from "@apollo/client/utilities/index.js";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { bearer, iterate, main, url } from "./journey.mjs";

// Every browser has it, and so Apollo's link takes it for granted.
globalThis.WebSocket = WebSocket;

const authorization = `Bearer ${bearer}`;
const socket = createClient({
  url: `${url.replace("http", "ws")}/graphql`,
  connectionParams: { authorization },
  retryAttempts: 0,
});
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: split(
    ({ query }) => getMainDefinition(query).operation === "subscription",
    new GraphQLWsLink(socket),
    new HttpLink({ uri: `${url}/graphql`, headers: { authorization } }),
  ),
});
const told = ({ data, error }) => ({ data, errors: CombinedGraphQLErrors.is(error) ? error.errors : error && [error.cause ?? error] });

await main({
  query: async (text, variables) => {
    const document = gql(text);
    const options = { variables, errorPolicy: "all", fetchPolicy: "no-cache" };
    const isMutation = getMainDefinition(document).operation === "mutation";
    return told(
      await (isMutation
        ? client.mutate({ mutation: document, ...options })
        : client.query({ query: document, ...options })),
    );
  },
  subscribe: (text, variables) =>
    iterate((sink) => {
      const observer = { next: (result) => sink.next(told(result)), error: sink.error, complete: sink.complete };
      const options = { query: gql(text), variables, errorPolicy: "all", fetchPolicy: "no-cache" };
      const subscription = client.subscribe(options).subscribe(observer);
      return () => subscription.unsubscribe();
    }),
  drop: () => socket.terminate(),
  close: async () => {
    client.stop();
    await socket.dispose();
  },
});
