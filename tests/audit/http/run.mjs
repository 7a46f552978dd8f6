// Runs graphql-http's server audit against the URL in the first argument: every check counts, SHOULD and MAY too.
import { serverAudits } from "graphql-http";

const url = process.argv[2];
if (!url) {
  console.error("usage: node run.mjs URL");
  process.exit(2);
}

// One request that never ends must not keep the run from ending.
const boundedFetch = (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(10_000) });

const outcomes = await Promise.all(
  serverAudits({ url, fetchFn: boundedFetch }).map(({ id, name, fn }) =>
    fn().catch((error) => ({ id, name, status: "error", reason: `no answer: ${error.cause ?? error}` })),
  ),
);

const failed = outcomes.filter(({ status }) => status !== "ok");
for (const { id, name, status, reason, response } of failed) {
  console.log(`${status}: ${id} ${name}`);
  const body = response && !response.bodyUsed ? (await response.text()).slice(0, 300) : "";
  console.log(`    ${reason}${response ? `; status ${response.status}, ${response.headers.get("content-type")}` : ""}`);
  if (body) console.log(`    ${body}`);
}
console.log(`${outcomes.length - failed.length} passed, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);
