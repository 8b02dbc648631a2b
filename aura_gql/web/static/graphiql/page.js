"use strict";

const KEPT_EVENTS = 200;

const endpoint = new URL(window.location.href);
endpoint.search = "";
endpoint.hash = "";

const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

const fetcher = GraphiQL.createFetcher({ url: endpoint.href, subscriptionUrl: socket.href });

// GraphiQL shows only the last event of a subscription; a stream of output is worth seeing whole.
async function* collected(events) {
  const seen = [];
  let received = 0;
  for await (const event of events) {
    received += 1;
    seen.push(event.errors ? event : event.data);
    if (seen.length > KEPT_EVENTS) seen.shift();
    yield { received, events: [...seen] };
  }
}

function isSubscription({ operationName }, documentAST) {
  return documentAST?.definitions.some(
    ({ operation, name }) => operation === "subscription" && (!operationName || name?.value === operationName),
  );
}

async function fetchCollected(parameters, options) {
  const answer = await fetcher(parameters, options);
  return isSubscription(parameters, options?.documentAST) ? collected(answer) : answer;
}

async function show() {
  const examples = await fetch("static/graphiql/examples.json").then((response) => response.json());
  const defaultTabs = examples.map(({ query, variables }) => ({
    query: query.join("\n") + "\n",
    variables: variables && JSON.stringify(variables, null, 2),
  }));
  ReactDOM.createRoot(document.getElementById("graphiql")).render(
    React.createElement(GraphiQL, {
      fetcher: fetchCollected,
      defaultTabs,
      plugins: [GraphiQLPluginExplorer.explorerPlugin()],
      defaultEditorToolsVisibility: "variables",
      inputValueDeprecation: true,
      shouldPersistHeaders: false,
    }),
  );
}

show();
