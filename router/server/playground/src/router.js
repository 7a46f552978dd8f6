// What the page asks of the router: answers to operations, each with its query plan, and the prepared operations.
import { getOperationAST, parse } from 'graphql';
import { showReport } from './plan_report.js';

const EVENTS = 'text/event-stream';
/** Of a subscription; older ones are forgotten. */
const EVENTS_SHOWN_MAX = 50;

/**
 * Sends one operation; called by GraphiQL for the user's operations and for its own introspection. A response in parts (of an
 * operation with @defer or @stream) is an iterator of them; GraphiQL puts them together.
 */
export async function send(request, { headers } = {}) {
  const isIntrospection = request.operationName === 'IntrospectionQuery';
  const started = performance.now();
  const stop = new AbortController();
  const response = await ask({
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
    return isSubscription(request)
      ? stoppable(readEvents(response), stop, () => showReport({ ...eventReport, state: 'stopped' }))
      : stoppable(readParts(response, started), stop);
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

async function ask(request) {
  try {
    return await fetch('/graphql', request);
  } catch (error) {
    // What the pane has belongs to an earlier answer.
    showReport(null);
    throw plain(`The router does not answer (${error.message}). Does it run?`);
  }
}

/** GraphiQL shows an error's stack, which tells nothing here. */
function plain(message) {
  return Object.assign(new Error(message), { stack: undefined });
}

function isSubscription({ query, operationName }) {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    return false;
  }
}

/** The payloads of an answer in parts as they come. The plan is in the last one. */
async function* readParts(response, started) {
  const report = { queryPlan: null, status: response.status, bytes: 0, durationMs: 0, firstPartMs: null };
  for await (const { payload, bytes } of readPayloads(response, 'The answer broke off before its last part.')) {
    report.firstPartMs ??= performance.now() - started;
    report.bytes += bytes;
    const { queryPlan, rest } = withoutPlan(payload);
    report.queryPlan = queryPlan;
    yield rest;
  }
  showReport({ ...report, durationMs: performance.now() - started });
}

/** What the pane shows of the newest subscription. */
let eventReport = null;

const BROKEN_OFF = 'The connection broke off. Run the operation again; with the last position as `after`, nothing is missed.';

/** The events of a subscription, until it ends. */
async function* readEvents(response) {
  const events = [];
  const show = (state) => {
    eventReport = { events: [...events], count, state };
    showReport(eventReport);
  };
  let count = 0;
  show('open');
  try {
    for await (const { payload } of readPayloads(response, BROKEN_OFF)) {
      count += 1;
      events.unshift({ number: count, at: new Date(), payload });
      events.splice(EVENTS_SHOWN_MAX);
      show('open');
      yield payload;
    }
    show('ended');
  } catch (error) {
    if (error.name === 'AbortError') {
      throw error;
    }
    show('broken');
    throw plain(BROKEN_OFF);
  }
}

/** The payloads of an event stream with their sizes, up to `complete`. */
async function* readPayloads(response, brokenOff) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      throw plain(brokenOff);
    }
    const events = (text + value).split('\n\n');
    text = events.pop();
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event);
      if (data) {
        yield { payload: JSON.parse(data[1]), bytes: byteLength(event) };
      } else if (event.startsWith('event: complete')) {
        return;
      }
    }
  }
}

/** A generator that waits for the network can only be stopped by stopping what it waits for. */
function stoppable(parts, stop, stopped = () => {}) {
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
      stopped();
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
  throw plain(`The answer (status ${response.status}) is no GraphQL response: ${text.slice(0, 500)}`);
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
