"use strict";

const KEPT_EVENTS = 200;
const END_PIXELS = 40;
const SHOWING_MS = 100;

const endpoint = new URL(window.location.href);
endpoint.search = "";
endpoint.hash = "";

const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

const fetcher = GraphiQL.createFetcher({ url: endpoint.href, subscriptionUrl: socket.href });

// Each new answer scrolls to its top. Who reads the end shall follow it, who scrolled elsewhere stay there.
function keepPlace() {
  const editor = document.querySelector(".result-window .CodeMirror")?.CodeMirror;
  let place = null;
  const remember = () => {
    const { top, height, clientHeight } = editor.getScrollInfo();
    place = top + clientHeight < height - END_PIXELS ? top : null;
  };
  const restore = () => editor.scrollTo(null, place ?? editor.getScrollInfo().height);
  editor?.on("beforeChange", remember);
  editor?.on("change", restore);
  return () => {
    editor?.off("beforeChange", remember);
    editor?.off("change", restore);
  };
}

// GraphiQL shows only the last event of a subscription; a stream of output is worth seeing whole.
async function* collected(events) {
  const seen = [];
  let received = 0;
  const letGo = keepPlace();
  try {
    for await (const event of events) {
      received += 1;
      seen.push(event.errors ? event : event.data);
      if (seen.length > KEPT_EVENTS) seen.shift();
      yield { received, events: [...seen] };
    }
    await new Promise((resolve) => setTimeout(resolve, SHOWING_MS));
  } finally {
    letGo();
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
