// What the page asks of the router: answers to operations, each with its query plan, and the prepared operations.
import { showReport } from './plan_report.js';

const EVENTS = 'text/event-stream';

/**
 * Sends one operation; called by GraphiQL for the user's operations and for its own introspection. A response in parts (of an
 * operation with @defer or @stream) is an iterator of them; GraphiQL puts them together.
 */
export async function send(request, { headers } = {}) {
  const isIntrospection = request.operationName === 'IntrospectionQuery';
  const started = performance.now();
  const stop = new AbortController();
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      accept: `application/graphql-response+json, ${EVENTS}, application/json;q=0.9`,
      'content-type': 'application/json',
      // The plan would only be noise for the introspection that GraphiQL does by itself.
      ...(isIntrospection ? {} : { 'hansa-query-plan': '1' }),
      ...headers,
    },
    body: JSON.stringify(request),
    signal: stop.signal,
  });
  if (response.headers.get('content-type')?.startsWith(EVENTS)) {
    return stoppable(readParts(response, started), stop);
  }
  const text = await response.text();
  const result = parseResult(text, response);
  if (isIntrospection) {
    return result;
  }
  const { queryPlan, rest } = withoutPlan(result);
  showReport({ queryPlan, status: response.status, bytes: byteLength(text), durationMs: performance.now() - started });
  return rest;
}

/** The payloads of an event stream as they come. The plan is in the last one. */
async function* readParts(response, started) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const report = { queryPlan: null, status: response.status, bytes: 0, durationMs: 0, firstPartMs: null };
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      throw new Error('The answer broke off before its last part.');
    }
    report.bytes += byteLength(value);
    const events = (text + value).split('\n\n');
    text = events.pop();
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event);
      if (data) {
        report.firstPartMs ??= performance.now() - started;
        const { queryPlan, rest } = withoutPlan(JSON.parse(data[1]));
        report.queryPlan = queryPlan;
        yield rest;
      } else if (event.startsWith('event: complete')) {
        showReport({ ...report, durationMs: performance.now() - started });
        return;
      }
    }
  }
}

/** A generator that waits for the network can only be stopped by stopping what it waits for. */
function stoppable(parts, stop) {
  const iterator = {
    async next() {
      try {
        return await parts.next();
      } catch (error) {
        if (stop.signal.aborted) {
          return { done: true, value: undefined };
        }
        throw error;
      }
    },
    async return() {
      stop.abort();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

function withoutPlan(result) {
  const { extensions, ...others } = result;
  const { queryPlan = null, ...rest } = extensions ?? {};
  if (queryPlan === null) {
    return { queryPlan, rest: result };
  }
  return { queryPlan, rest: Object.keys(rest).length > 0 ? { ...others, extensions: rest } : others };
}

function byteLength(text) {
  return new TextEncoder().encode(text).length;
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
