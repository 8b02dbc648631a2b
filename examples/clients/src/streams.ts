import * as sse from "graphql-sse";
import * as ws from "graphql-ws";

import { headersOf, socketUrlOf, type Server } from "./server.js";

// Neither client shall subscribe again by itself: it would begin where the first request did. follow.ts goes on where it was.

/** Subscriptions over one WebSocket. */
export const socketClient = (server: Server): ws.Client =>
  ws.createClient({ url: socketUrlOf(server), connectionParams: headersOf(server), retryAttempts: 0 });

/** Subscriptions over Server-Sent Events, one request each, where a proxy lets no WebSocket through. */
export const eventClient = (server: Server): sse.Client =>
  sse.createClient({ url: server.url, headers: headersOf(server), credentials: "include", retryAttempts: 0 });
