// Runs graphql-http's audits against the endpoint named as the only argument. Its last line is a JSON array of
// {id, name, status, reason}.
import { serverAudits } from "graphql-http";

const [url] = process.argv.slice(2);
const results = [];
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  const { id, name, status, reason = null } = await audit.fn();
  results.push({ id, name, status, reason });
}
console.log(JSON.stringify(results));
