// What the page asks of the router: answers to operations, each with its query plan, and the prepared operations.
import { showReport } from './plan_report.js';

/** Sends one operation; called by GraphiQL for the user's operations and for its own introspection. */
export async function send(request, { headers } = {}) {
  const isIntrospection = request.operationName === 'IntrospectionQuery';
  const started = performance.now();
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
      // The plan would only be noise for the introspection that GraphiQL does by itself.
      ...(isIntrospection ? {} : { 'hansa-query-plan': '1' }),
      ...headers,
    },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  const result = parseResult(text, response);
  if (!isIntrospection) {
    const { queryPlan, ...others } = result.extensions ?? {};
    showReport({
      queryPlan: queryPlan ?? null,
      status: response.status,
      bytes: new TextEncoder().encode(text).length,
      durationMs: performance.now() - started,
    });
    if (queryPlan) {
      return Object.keys(others).length > 0 ? { ...result, extensions: others } : withoutExtensions(result);
    }
  }
  return result;
}

function parseResult(text, response) {
  try {
    const result = JSON.parse(text);
    if (typeof result === 'object' && result !== null) {
      return result;
    }
  } catch {
    // Said below, with what was answered instead.
  }
  throw new Error(`The answer (status ${response.status}) is no GraphQL response: ${text.slice(0, 500)}`);
}

function withoutExtensions({ extensions: _, ...result }) {
  return result;
}

/** A list of {name, query, variables?}; empty when the router has none prepared. */
export async function loadPreparedOperations() {
  try {
    const response = await fetch('/playground/operations.json');
    const operations = response.ok ? await response.json() : [];
    return Array.isArray(operations) ? operations.filter((operation) => typeof operation?.query === 'string') : [];
  } catch {
    return [];
  }
}
