import { print, type DocumentNode, type ExecutionResult } from "graphql";
import { NetworkError } from "graphql-sse";

import { ExecutionOutputDocument, type ExecutionOutputSubscription } from "./gql/graphql.js";

type OutputEvent = ExecutionOutputSubscription["executionOutput"];
type Result = ExecutionResult<Record<string, unknown>, unknown>;

/** What the clients of graphql-ws and graphql-sse have in common. */
export interface Streams {
  iterate(request: { query: string; variables: Record<string, unknown> }): AsyncIterable<Result>;
}

/** The server refused the operation; it would refuse it again. */
export class Refused extends Error {
  constructor(errors: readonly { message: string }[]) {
    super(errors.map(({ message }) => message).join("\n"));
  }
}

/** The output of an execution, each chunk once and in order, over as many connections as it takes. */
export async function* followOutput(
  streams: Streams,
  executionId: string,
  after = 0,
  pauseMs = 1000,
): AsyncGenerator<OutputEvent> {
  const begin = (after: number) =>
    dataOf<ExecutionOutputSubscription>(streams, ExecutionOutputDocument, { executionId, after });
  for await (const { executionOutput } of resumed(begin, (data) => data.executionOutput, after, pauseMs)) {
    yield executionOutput;
    if (executionOutput.__typename === "ExecutionFinished") return;
  }
}

/** The data of a subscription that `begin` begins behind a chunk, and again behind the last one where it is cut off. */
export async function* resumed<Data>(
  begin: (after: number) => AsyncIterable<Data>,
  eventOf: (data: Data) => { lastSequence: number },
  after: number,
  pauseMs: number,
): AsyncGenerator<Data> {
  for (;;) {
    try {
      for await (const data of begin(after)) {
        after = eventOf(data).lastSequence;
        yield data;
      }
    } catch (error) {
      // Of an operation that never ran, graphql-ws throws the errors as they came.
      if (Array.isArray(error)) throw new Refused(error);
      if (!isLostConnection(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs * (1 + Math.random())));
  }
}

/** The data of each event of one subscription, until it ends. */
export async function* dataOf<Data>(
  streams: Streams,
  document: DocumentNode,
  variables: Record<string, unknown>,
): AsyncGenerator<Data> {
  for await (const { data, errors } of streams.iterate({ query: print(document), variables })) {
    if (errors) throw new Refused(errors);
    yield data as Data;
  }
}

// A socket closes with a code, an event stream ends with a NetworkError. Most codes from 4400 on say that another connection
// would end in the same way: docs/errors.md.
function isLostConnection(error: unknown): boolean {
  if (error instanceof NetworkError) return !error.response || [429, 502, 503, 504].includes(error.response.status);
  const code = error instanceof Object && "code" in error ? Number(error.code) : NaN;
  return [4408, 4499, 4500].includes(code) || (code < 4400 && code !== 1009);
}
