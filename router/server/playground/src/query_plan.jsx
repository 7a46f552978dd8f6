// The pane that shows what the router did for the newest answer: when each fetch ran, what it waited for, and the plan. Of a
// subscription it shows the events.
import { parse, print } from 'graphql';
import { useState } from 'react';
import { usePlanReport } from './plan_report.js';

export const queryPlanPlugin = { title: 'Query plan', icon: QueryPlanIcon, content: QueryPlanPane };

function QueryPlanPane() {
  const report = usePlanReport();
  return (
    <section className="query-plan" aria-label="Query plan">
      <div className="graphiql-doc-explorer-header">
        <div className="graphiql-doc-explorer-title">{report?.events ? 'Events' : 'Query plan'}</div>
      </div>
      {report?.events ? <Events report={report} /> : report ? <Report report={report} /> : <p className="query-plan-note">Run an operation to see its plan.</p>}
    </section>
  );
}

function Report({ report }) {
  const { queryPlan } = report;
  const fetches = queryPlan?.fetches ?? [];
  return (
    <>
      <p className="query-plan-note">
        Answered in {milliseconds(report.durationMs * 1000)}
        {report.firstPartMs ? ` (the first part after ${milliseconds(report.firstPartMs * 1000)})` : ''} with status{' '}
        {report.status}, {byteCount(report.bytes)}
        {queryPlan ? `, from ${count(fetches.length, 'fetch', 'fetches')}` : ''}.
      </p>
      {queryPlan ? (
        <>
          {fetches.length > 0 && <Waterfall fetches={fetches} />}
          <h3>Plan</h3>
          <pre className="query-plan-text">{queryPlan.text}</pre>
        </>
      ) : (
        <p className="query-plan-note">
          The answer came without a plan: the operation was refused before planning, or the router does not show plans.
        </p>
      )}
    </>
  );
}

const STATES = {
  open: 'Waiting for the next event.',
  stopped: 'Stopped.',
  ended: 'Ended by the router.',
  broken: 'The connection broke off.',
};

/** A subscription has no plan beside it; its earlier events have no other place. */
function Events({ report: { events, count: total, state } }) {
  return (
    <>
      <p className="query-plan-note" role="status">
        {count(total, 'event', 'events')}. {total === 0 && state === 'open' ? 'Waiting for the first event.' : STATES[state]}
      </p>
      {total === 0 && state === 'open' && (
        <p className="query-plan-note">
          Events come when something happens. Make it happen in another window: a subscription stops when its tab is left.
        </p>
      )}
      {state !== 'open' && events[0]?.payload.data && (
        <p className="query-plan-note">To go on without a gap, give the position of the newest event as `after`.</p>
      )}
      <ol className="query-plan-fetches">
        {events.map((event) => (
          <EventRow key={event.number} event={event} isNewest={event.number === total} />
        ))}
      </ol>
    </>
  );
}

function EventRow({ event: { number, at, payload }, isNewest }) {
  const [chosen, setChosen] = useState(null);
  const isOpen = chosen ?? isNewest;
  return (
    <li>
      <button type="button" className="query-plan-fetch" aria-expanded={isOpen} onClick={() => setChosen(!isOpen)}>
        <span className="query-plan-fetch-name">
          <b>{String(number)}</b> {Object.keys(payload.data ?? {})[0] ?? ''} <i>{payload.errors ? 'with errors' : ''}</i>
        </span>
        <span className="query-plan-fetch-time">{at.toLocaleTimeString()}</span>
      </button>
      {isOpen && <pre className="query-plan-text">{JSON.stringify(payload.errors ? payload : payload.data, null, 2)}</pre>}
    </li>
  );
}

function Waterfall({ fetches }) {
  const totalUs = Math.max(1, ...fetches.map((fetch) => fetch.startedUs + fetch.durationUs));
  return (
    <>
      <h3>Fetches</h3>
      <ol className="query-plan-fetches">
        {fetches.map((fetch) => (
          <FetchRow key={fetch.id} fetch={fetch} totalUs={totalUs} />
        ))}
      </ol>
      <p className="query-plan-note">
        0 to {milliseconds(totalUs)} after execution began. Click a fetch to see what it asked for.
      </p>
    </>
  );
}

function FetchRow({ fetch, totalUs }) {
  const [isOpen, setOpen] = useState(false);
  const failed = Boolean(fetch.failure) || (fetch.status ?? 0) === 0 || fetch.status >= 400;
  const notSent = fetch.requests === 0;
  const kind = notSent ? 'not-sent' : failed ? 'failed' : 'answered';
  const bar = {
    left: `${(100 * fetch.startedUs) / totalUs}%`,
    width: `${Math.max(0.5, (100 * fetch.durationUs) / totalUs)}%`,
  };
  return (
    <li>
      <button type="button" className="query-plan-fetch" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span className="query-plan-fetch-name">
          <b>{String(fetch.id)}</b> {fetch.subgraph} <i>{fetch.kind}</i>
        </span>
        <span className="query-plan-fetch-time">{notSent ? 'not sent' : milliseconds(fetch.durationUs)}</span>
        <span className="query-plan-track">
          <span className={`query-plan-bar query-plan-bar-${kind}`} style={bar} />
        </span>
      </button>
      {isOpen && <FetchDetails fetch={fetch} />}
    </li>
  );
}

function FetchDetails({ fetch }) {
  const waited = fetch.dependsOn?.length > 0 ? `after ${fetch.dependsOn.join(', ')}` : 'waits for nothing';
  const answer = fetch.requests === 0 ? 'nothing to ask for' : `status ${fetch.status ?? 'none, no answer'}`;
  const facts = [
    waited,
    `started at ${milliseconds(fetch.startedUs)}`,
    answer,
    fetch.failure,
    byteCount(fetch.bytes ?? 0),
    fetch.entities > 0 && count(fetch.entities, 'entity', 'entities'),
    fetch.requests > 1 && `${fetch.requests} requests`,
  ].filter(Boolean);
  return (
    <div className="query-plan-details">
      <p className="query-plan-note">{facts.join(', ')}</p>
      <pre className="query-plan-text">{laidOut(fetch.operation)}</pre>
    </div>
  );
}

/** The router sends operations on one line. */
function laidOut(operation) {
  try {
    return print(parse(operation));
  } catch {
    return operation;
  }
}

function milliseconds(microseconds) {
  const ms = microseconds / 1000;
  return `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;
}

function byteCount(bytes) {
  return bytes < 10_000 ? `${bytes} bytes` : `${(bytes / 1000).toFixed(1)} kB`;
}

function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

function QueryPlanIcon() {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <title>query plan icon</title>
      <path d="M1.5 3h6M5 8h7M9 13h5.5" />
    </svg>
  );
}
