// Better Auth itself, on MongoDB. The only argument is JSON: { uri, database, applications: [{ secret, secrets, isSecure }] }.
// The secrets come as in production, by BETTER_AUTH_SECRET and BETTER_AUTH_SECRETS.
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { mongodbAdapter } from "better-auth/adapters/mongodb";
import { toNodeHandler } from "better-auth/node";
import { admin, bearer } from "better-auth/plugins";
import { MongoClient } from "mongodb";

const { uri, database, applications } = JSON.parse(process.argv[2]);
const client = new MongoClient(uri);

async function serve({ secret, secrets, isSecure }) {
  process.env.BETTER_AUTH_SECRET = secret;
  process.env.BETTER_AUTH_SECRETS = secrets;
  const server = createServer((request, response) => handler(request, response));
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const address = `127.0.0.1:${server.address().port}`;
  const auth = betterAuth({
    baseURL: `${isSecure ? "https" : "http"}://${address}`,
    // Without its client the adapter makes no transactions, which MongoDB refuses while collections are being made.
    database: mongodbAdapter(client.db(database)),
    emailAndPassword: { enabled: true },
    session: { cookieCache: { enabled: true, maxAge: 300 } },
    plugins: [admin(), bearer()],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
  });
  const handler = toNodeHandler(auth);
  await auth.$context;
  return { url: `http://${address}`, origin: auth.options.baseURL };
}

const served = [];
for (const application of applications) served.push(await serve(application));
console.log(JSON.stringify(served));
