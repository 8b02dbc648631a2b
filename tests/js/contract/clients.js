// Uses the compiled clients of examples/clients against a running server, and prints what came of it as JSON.
// Arguments: the folder of the compiled clients, the URL of the API, a bearer, the ids of a project, of an execution and of
// a terminal.
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

import WebSocket from "ws";

// Browsers have it, Node.js from its version 22 on.
globalThis.WebSocket ??= WebSocket;

const [folder, url, token, projectId, executionId, terminalId] = process.argv.slice(2);
const load = (module) => import(pathToFileURL(path.join(folder, module)).href);
const [apollo, urql, streams, follow, terminal, largeFile, payload, documents] = await Promise.all(
  ["apollo.js", "urql.js", "streams.js", "follow.js", "terminal.js", "large-file.js", "payload.js", "gql/graphql.js"].map(load),
);
const server = { url, token };

async function useApollo() {
  const client = apollo.apolloClient(server);
  const pages = client.watchQuery({ query: documents.TemplatePageDocument, variables: { orderBy: "NAME", first: 3 } });
  const first = await pages.refetch();
  await pages.fetchMore({ variables: { after: first.data.templates.pageInfo.endCursor } });
  const joined = pages.getCurrentResult().data.templates.edges.map(({ node }) => node.name);
  const event = await new Promise((next, error) =>
    client.subscribe({ query: documents.ProjectChangedDocument, variables: { projectId } }).subscribe({ next, error }),
  );
  const renamed = await client.mutate({
    mutation: documents.UpdateProjectDocument,
    variables: { input: { projectId, name: "Renamed by Apollo" } },
  });
  client.stop();
  return { joined, status: event.data.projectChanged.status, name: payload.done(renamed.data.updateProject).project.name };
}

async function useUrql(client) {
  const refused = await client
    .mutation(documents.UpdateProjectDocument, { input: { projectId, name: "!" } })
    .toPromise();
  let code;
  try {
    payload.done(refused.data.updateProject);
  } catch (error) {
    code = error instanceof payload.NotDone && error.has("INVALID_INPUT") && "INVALID_INPUT";
  }
  const event = await new Promise((resolve) => {
    const { unsubscribe } = client.subscription(documents.ProjectChangedDocument, { projectId }).subscribe((result) => {
      resolve(result);
      setImmediate(() => unsubscribe());
    });
  });
  return { code, status: event.data?.projectChanged.status ?? String(event.error) };
}

// Follows the output; with `lose`, cuts the connection behind each of its first events.
async function output(client, lose = 0) {
  const sequence = [];
  for await (const event of follow.followOutput(client, executionId, 0, 10)) {
    sequence.push(...(event.chunks ?? []).map(({ text }) => text));
    if (event.__typename !== "ExecutionFinished" && lose-- > 0) client.terminate();
  }
  client.dispose();
  return sequence.join("");
}

// Works at a terminal as somebody who types fast and whose connection is cut behind each of the first events.
async function terminalScreen() {
  const client = streams.socketClient(server);
  const typing = urql.urqlClient(server);
  const keyboard = new terminal.Keyboard(async (text) => {
    const input = { terminalId, text };
    payload.done((await typing.mutation(documents.WriteTerminalDocument, { input }).toPromise()).data.writeTerminal);
  });
  let shown = "";
  let lose = 3;
  const screen = {
    write(data) {
      shown += typeof data === "string" ? data : `bytes ${data.join(" ")}`;
      if (lose-- > 0) client.terminate();
    },
    reset() {
      shown = "";
    },
  };
  const closed = terminal.showTerminal(client, terminalId, screen, 10);
  const keys = [..."echo typed $((1 + 1)) in order; echo 😀; exit 5\r"];
  await Promise.all(keys.map((key) => keyboard.type(key)));
  const { exitCode, ending } = await closed;
  client.dispose();
  return { exitCode, ending, inOrder: shown.includes("typed 2 in order"), smiles: shown.split("😀").length > 1 };
}

const results = {
  apollo: await useApollo(),
  urql: [await useUrql(urql.urqlClient(server)), await useUrql(urql.urqlEventClient(server))],
  followed: [await output(streams.socketClient(server), 3), await output(streams.eventClient(server))],
  terminal: await terminalScreen(),
  added: await largeFile.addLargeFile(urql.urqlClient(server), projectId, "large.bin", new Blob([new Uint8Array(900_000)])),
  refused: await follow.followOutput(streams.socketClient(server), projectId).next().catch((error) => String(error)),
};
console.log(JSON.stringify(results));
process.exit();
