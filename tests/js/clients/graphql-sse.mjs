// graphql-sse alone, in its distinct-connections mode.
import { createClient } from "graphql-sse";
import { bearer, firstOf, iterate, main, url } from "./journey.mjs";

const client = createClient({
  url: `${url}/graphql`,
  headers: { authorization: `Bearer ${bearer}` },
  singleConnection: false,
  retryAttempts: 0,
});
const subscribe = (query, variables) => iterate((sink) => client.subscribe({ query, variables }, sink));

await main({
  query: (text, variables) => firstOf(subscribe(text, variables)),
  subscribe,
  close: () => client.dispose(),
});
