// graphql-ws alone: queries, mutations and subscriptions over one socket.
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { bearer, firstOf, iterate, main, url } from "./journey.mjs";

const socket = createClient({
  url: `${url.replace("http", "ws")}/graphql`,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${bearer}` },
  retryAttempts: 0,
  keepAlive: 200,
});
const subscribe = (query, variables) => iterate((sink) => socket.subscribe({ query, variables }, sink));

await main({
  query: (text, variables) => firstOf(subscribe(text, variables)),
  subscribe,
  drop: () => socket.terminate(),
  close: () => socket.dispose(),
});
