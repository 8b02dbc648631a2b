import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { OperationTypeNode } from "graphql";

import { headersOf, type Server } from "./server.js";
import { socketClient } from "./streams.js";

/** Apollo Client 4: subscriptions over the socket, the rest over HTTP. */
export function apolloClient(server: Server): ApolloClient {
  return new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socketClient(server)),
      new HttpLink({ uri: server.url, headers: headersOf(server), credentials: "include" }),
    ),
    cache: new InMemoryCache({
      possibleTypes: {
        Node: ["Execution", "PreviewUrl", "Project", "ProjectArchive", "Sandbox", "Template", "TemplateSync", "Terminal", "User"],
        ExecutionEvent: ["ExecutionFinished", "ExecutionGap", "ExecutionOutputBatch"],
        TerminalEvent: ["TerminalClosed", "TerminalGap", "TerminalOutput"],
      },
      typePolicies: {
        Query: {
          fields: {
            // Pages of one list are joined; lists with other filters or another order are other lists.
            templates: relayStylePagination(["filter", "orderBy"]),
            projects: relayStylePagination(["filter"]),
            sandboxes: relayStylePagination(["filter"]),
            executions: relayStylePagination(["sandboxId"]),
            terminals: relayStylePagination(["sandboxId"]),
          },
        },
      },
    }),
  });
}
