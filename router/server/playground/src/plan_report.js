// The report on the newest answer, for the pane that shows it. GraphiQL hands its fetcher no way to a component, so
// the two meet here.
import { useSyncExternalStore } from 'react';

let newest = null;
const listeners = new Set();

export function showReport(report) {
  newest = report;
  for (const listener of listeners) {
    listener();
  }
}

export function usePlanReport() {
  return useSyncExternalStore(subscribe, () => newest);
}

function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
