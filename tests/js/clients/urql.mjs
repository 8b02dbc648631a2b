// urql: HTTP for queries and mutations; subscriptions by graphql-ws, or, where AURA_SUBSCRIPTIONS is "sse", by its own
// fetch exchange as server-sent events.
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { bearer, iterate, main, url } from "./journey.mjs";

const overSse = process.env.AURA_SUBSCRIPTIONS === "sse";
const authorization = `Bearer ${bearer}`;
const socket = createClient({
  url: `${url.replace("http", "ws")}/graphql`,
  webSocketImpl: WebSocket,
  connectionParams: { authorization },
  retryAttempts: 0,
});
const bySocket = subscriptionExchange({
  forwardSubscription: ({ query, variables }) => ({
    subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
  }),
});
const client = new Client({
  url: `${url}/graphql`,
  exchanges: overSse ? [fetchExchange] : [fetchExchange, bySocket],
  fetchSubscriptions: overSse,
  fetchOptions: { headers: { authorization } },
  preferGetMethod: false,
});
const told = ({ data, error }) => ({
  data,
  errors: error && (error.graphQLErrors.length ? error.graphQLErrors : [error.networkError]),
});

await main({
  query: async (text, variables) => {
    const isMutation = text.startsWith("mutation");
    return told(await (isMutation ? client.mutation(text, variables) : client.query(text, variables)).toPromise());
  },
  subscribe: (text, variables) =>
    iterate((sink) => {
      let isOver = false;
      const source = client.subscription(text, variables);
      const { unsubscribe } = source.subscribe((result) => {
        if (isOver) return;
        sink.next(told(result));
        if (!result.hasNext) {
          isOver = true;
          sink.complete();
        }
      });
      return () => {
        isOver = true;
        unsubscribe();
      };
    }),
  drop: overSse ? undefined : () => socket.terminate(),
  close: () => socket.dispose(),
});
