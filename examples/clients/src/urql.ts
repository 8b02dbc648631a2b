import { cacheExchange, Client, fetchExchange, subscriptionExchange } from "@urql/core";

import { headersOf, type Server } from "./server.js";
import { socketClient } from "./streams.js";

/** urql's core client: subscriptions over the socket, the rest over HTTP. */
export function urqlClient(server: Server): Client {
  const socket = socketClient(server);
  return new Client({
    url: server.url,
    preferGetMethod: false,
    fetchOptions: { headers: headersOf(server), credentials: "include" },
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = "", variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  });
}

/** The same with Server-Sent Events, which urql reads itself. */
export function urqlEventClient(server: Server): Client {
  return new Client({
    url: server.url,
    preferGetMethod: false,
    fetchOptions: { headers: headersOf(server), credentials: "include" },
    fetchSubscriptions: true,
    exchanges: [cacheExchange, fetchExchange],
  });
}
