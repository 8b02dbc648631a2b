import type { Client } from "@urql/core";

import { ApplyFileOperationsDocument, CreateUploadUrlDocument, type UploadPurpose } from "./gql/graphql.js";
import { done } from "./payload.js";

/** Saves a file that a user picked or dropped, e.g. from `<input type="file">`, as a new one of the project; its version. */
export async function addLargeFile(client: Client, projectId: string, path: string, file: Blob): Promise<number> {
  const uploadId = await stage(client, projectId, file);
  // With a key, so that asking again after a lost answer is safe: the upload is used up by the first.
  const input = { projectId, operations: [{ create: { path, uploadId } }], idempotencyKey: uploadId };
  const { data, error } = await client.mutation(ApplyFileOperationsDocument, { input }).toPromise();
  if (!data) throw error ?? new Error("No answer.");
  return done(data.applyFileOperations).files?.[0]?.version ?? 0;
}

/** Brings bytes to the server beside GraphQL; the id is what a later mutation names them by. */
export async function stage(client: Client, projectId: string, bytes: Blob, purpose: UploadPurpose = "FILE"): Promise<string> {
  const input = { projectId, purpose, size: bytes.size, sha256: await sha256Of(bytes) };
  const { data, error } = await client.mutation(CreateUploadUrlDocument, { input }).toPromise();
  if (!data) throw error ?? new Error("No answer.");
  const { uploadUrl } = done(data.createUploadUrl);
  if (!uploadUrl) throw new Error("No address.");
  const headers = uploadUrl.headers.map(({ name, value }): [string, string] => [name, value]);
  // No cookies: the address is the permission. The browser sends the file from disk, with the length that was announced.
  const answer = await fetch(uploadUrl.url, { method: uploadUrl.method, headers, body: bytes, credentials: "omit" });
  if (!answer.ok) throw new Error(`The upload was refused: ${answer.status} ${await answer.text()}`);
  return uploadUrl.id;
}

async function sha256Of(bytes: Blob): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await bytes.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
