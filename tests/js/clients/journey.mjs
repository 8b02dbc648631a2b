// The main job as a front end does it, over whichever client: `client` answers `query(text, variables)` with
// `{data, errors}`, and `subscribe(text, variables)` with an async iterator of the same. Prints what came of it as JSON.

export const url = process.env.AURA_URL;
export const bearer = process.env.AURA_BEARER;
const sandboxId = process.env.AURA_SANDBOX;

const TEMPLATE = "query Template($slug: String!) { template(slug: $slug) { id slug name } }";
const NODE = "query Node($id: ID!) { node(id: $id) { id } }";
const RUN = `mutation Run($input: RunCommandInput!) {
  runCommand(input: $input) { execution { id status } errors { code field message } }
}`;
const OUTPUT = `subscription Output($id: ID!, $after: Int!) {
  executionOutput(id: $id, after: $after) {
    __typename
    ... on ExecutionOutputBatch { lastSequence chunks { sequence text } }
    ... on ExecutionFinished { lastSequence execution { id status exitCode } }
  }
}`;
const STATUS = "subscription Status($id: ID!) { sandboxStatus(id: $id) { status } }";

export async function journey(client) {
  const told = {};
  told.template = (await client.query(TEMPLATE, { slug: "python-script" })).data.template;
  told.invalidId = codes(await client.query(NODE, { id: "garbage" }));
  told.invalidVariable = codes(await client.query(TEMPLATE, { slug: 5 }));
  told.refusedInput = (await client.query(RUN, { input: { sandboxId: told.template.id, command: "true" } })).data
    .runCommand;

  told.unknownExecution = await firstErrors(client.subscribe(OUTPUT, { id: told.template.id, after: 0 }));
  const statuses = client.subscribe(STATUS, { id: sandboxId });
  told.status = (await statuses.next()).value.data.sandboxStatus.status;

  const command = "for i in $(seq 60); do echo line $i; sleep 0.01; done; exit 3";
  const run = (await client.query(RUN, { input: { sandboxId, command } })).data.runCommand;
  const id = run.execution.id;
  const halves = await Promise.all([follow(client, id, 0, 20), follow(client, id, 0, Infinity)]);
  await statuses.return();
  const rest = await follow(client, id, halves[0].last, Infinity);
  told.interrupted = { text: halves[0].text + rest.text, end: rest.end };
  if (client.drop) told.dropped = await dropped(client, command);
  told.whole = { text: halves[1].text, end: halves[1].end };
  return told;
}

// The output behind `after`, until the end or until `enough` chunks came.
async function follow(client, id, after, enough) {
  const events = client.subscribe(OUTPUT, { id, after });
  const seen = { text: "", last: after, end: null };
  for await (const { data, errors } of events) {
    if (errors) throw new Error(JSON.stringify(errors));
    const event = data.executionOutput;
    if (event.__typename === "ExecutionFinished") {
      seen.end = event.execution;
      continue;
    }
    for (const chunk of event.chunks) {
      if (chunk.sequence !== seen.last + 1) throw new Error(`chunk ${chunk.sequence} came after ${seen.last}`);
      seen.last = chunk.sequence;
      seen.text += chunk.text;
    }
    if (seen.last >= after + enough) break;
  }
  return seen;
}

// The output of a run whose connection is lost in the middle, without a goodbye, and which is then taken up again.
async function dropped(client, command) {
  const run = (await client.query(RUN, { input: { sandboxId, command } })).data.runCommand;
  const { id } = run.execution;
  const events = client.subscribe(OUTPUT, { id, after: 0 });
  const seen = { text: "", last: 0 };
  try {
    for await (const { data, errors } of events) {
      if (errors) break;
      for (const chunk of data.executionOutput.chunks) {
        seen.text += chunk.text;
        seen.last = chunk.sequence;
      }
      client.drop();
    }
  } catch {
    // How the loss shows is each client's own affair.
  }
  const rest = await follow(client, id, seen.last, Infinity);
  return { text: seen.text + rest.text, end: rest.end };
}

async function firstErrors(events) {
  for await (const result of events) {
    await events.return();
    return codes(result);
  }
  return "completed";
}

function codes(result) {
  const code = (error) => error.extensions?.code ?? error.code ?? error.response?.status ?? String(error);
  return (result.errors ?? []).map(code);
}

// An async iterator over what `start(sink)` hands to `sink.next(value)`, `sink.error(error)` and `sink.complete()`;
// errors of the operation, an array, become a last result. `start` gives a function that ends the operation.
export function iterate(start) {
  const waiting = [];
  const results = [];
  const settle = () => {
    while (waiting.length && results.length) waiting.shift()(results.shift());
  };
  const push = (promise) => {
    promise.catch(() => {});
    results.push(promise);
    settle();
  };
  const end = () => push(Promise.resolve({ done: true, value: undefined }));
  const stop = start({
    next: (value) => push(Promise.resolve({ done: false, value })),
    error: (error) => {
      const errors = Array.isArray(error) ? error : error?.errors ?? error?.graphQLErrors;
      push(errors ? Promise.resolve({ done: false, value: { errors } }) : Promise.reject(error));
      end();
    },
    complete: end,
  });
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        settle();
      }),
    return: async () => {
      stop();
      end();
      return { done: true, value: undefined };
    },
  };
}

export async function firstOf(events) {
  const { value } = await events.next();
  await events.return();
  return value;
}

// How a bearer of nobody shows: the codes that the client can act on.
async function refusal(client) {
  const told = async (ask) => {
    try {
      return await ask();
    } catch (error) {
      return codes({ errors: [error] });
    }
  };
  return {
    query: await told(async () => codes(await client.query(TEMPLATE, { slug: "python-script" }))),
    subscription: await told(() => firstErrors(client.subscribe(STATUS, { id: "any" }))),
  };
}

export async function main(client) {
  try {
    console.log(JSON.stringify(await (sandboxId ? journey(client) : refusal(client))));
  } finally {
    await client.close();
  }
}
