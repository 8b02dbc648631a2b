// urql, which sends a multipart request by itself where the variables hold files. Prints the payload of the upload.
import { readFileSync } from "node:fs";
import { Client, fetchExchange } from "@urql/core";

const { AURA_URL: url, AURA_BEARER: bearer, AURA_PROJECT: projectId, AURA_OPERATION: operation } = process.env;
const client = new Client({
  url: `${url}/graphql`,
  exchanges: [fetchExchange],
  fetchOptions: { headers: { authorization: `Bearer ${bearer}`, "graphql-preflight": "1" } },
  preferGetMethod: false,
});
const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
const files = [
  { path: "dropped/żółw.txt", file: new File(["🐢\n"], "żółw.txt", { type: "text/plain" }) },
  { path: "dropped/bytes.bin", file: new Blob([bytes]) },
];
const text = readFileSync(operation, "utf8");
const { data, error } = await client.mutation(text, { input: { projectId, files } }).toPromise();
if (error) throw error;
console.log(JSON.stringify(data.uploadFiles));
