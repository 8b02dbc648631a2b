import type { UserErrorCode } from "./gql/graphql.js";

interface Failure {
  code: UserErrorCode;
  message: string;
  field: readonly string[];
  details?: unknown;
}

/** What a mutation did not do, and why. `code` is for the program, `message` for its user, `field` for its form. */
export class NotDone extends Error {
  constructor(readonly failures: readonly Failure[]) {
    super(failures.map(({ message }) => message).join("\n"));
  }

  has(code: UserErrorCode): boolean {
    return this.failures.some((failure) => failure.code === code);
  }
}

/** The payload of a mutation that was done; throws NotDone where it was not. */
export function done<Payload extends { errors: readonly Failure[] }>(payload: Payload): Payload {
  if (payload.errors.length > 0) throw new NotDone(payload.errors);
  return payload;
}
