import { dataOf, resumed, type Streams } from "./follow.js";
import { TerminalOutputDocument, type TerminalOutputSubscription } from "./gql/graphql.js";

type Closed = Extract<TerminalOutputSubscription["terminalOutput"], { __typename: "TerminalClosed" }>["terminal"];

/** What shows a terminal: the `Terminal` of xterm.js is one. */
export interface Screen {
  write(data: string | Uint8Array): void;
  reset(): void;
}

/** Shows a terminal until it is closed, over as many connections as it takes; how it ended. */
export async function showTerminal(
  streams: Streams,
  terminalId: string,
  screen: Screen,
  pauseMs = 1000,
): Promise<Closed> {
  const begin = (after: number) =>
    dataOf<TerminalOutputSubscription>(streams, TerminalOutputDocument, { terminalId, after });
  for await (const { terminalOutput: event } of resumed(begin, (data) => data.terminalOutput, 0, pauseMs)) {
    if (event.__typename === "TerminalClosed") return event.terminal;
    // What stood before the gap is not what the following output goes on from.
    if (event.__typename === "TerminalGap") screen.reset();
    else screen.write(event.text ?? bytesOf(event.base64 ?? ""));
  }
  throw new Error("It never ends otherwise.");
}

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));

/** Sends keys in their order: the next ones behind the answer to those before, all that were hit meanwhile together. */
export class Keyboard {
  #waiting = "";
  #sending: Promise<void> | undefined;

  /** `send` types with `writeTerminal`, and returns with its answer. */
  constructor(private readonly send: (text: string) => Promise<unknown>) {}

  /** For `onData` of xterm.js. Returns when these keys, and all before them, have been typed. */
  type(text: string): Promise<void> {
    this.#waiting += text;
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined));
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting) {
      // 64 KiB is the most that is taken at a time; a surrogate pair stays together.
      const [next = ""] = /^[^]{1,16000}(?![\uDC00-\uDFFF])/.exec(this.#waiting) ?? [this.#waiting];
      this.#waiting = this.#waiting.slice(next.length);
      await this.send(next);
    }
  }
}
