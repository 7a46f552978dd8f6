// The page: GraphiQL on our own endpoint, with the prepared operations and the query plan beside it. Everything it
// loads comes from the router that serves it.
import 'graphiql/style.css';
import './playground.css';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { PluginContextProvider } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { preparedOperationsPlugin } from './prepared_operations.jsx';
import { queryPlanPlugin } from './query_plan.jsx';
import { loadPreparedOperations, send } from './router.js';

const STARTING_TEXT = `# Ctrl-Enter (or Cmd-Enter) runs the operation, Ctrl-Space suggests what can be written here.
# The query plan on the left shows what the router asked its subgraphs for, and how long each fetch took.
`;

const operations = await loadPreparedOperations();
const tabs = operations.map(asTab);
rememberFirstTab();
const plugins = [queryPlanPlugin];
if (operations.length > 0) {
  plugins.unshift(preparedOperationsPlugin(operations));
}

createRoot(document.getElementById('playground')).render(<Playground />);

function Playground() {
  // GraphiQL hides the pane of a plugin that is not visible when it first renders, so the plugin is made visible
  // (in the store they share) one render earlier.
  const [isPlanVisible, setPlanVisible] = useState(false);
  useEffect(() => setPlanVisible(true), []);
  if (!isPlanVisible) {
    return (
      <PluginContextProvider plugins={plugins} visiblePlugin={queryPlanPlugin}>
        {null}
      </PluginContextProvider>
    );
  }
  return (
    <GraphiQL
      fetcher={send}
      defaultQuery={STARTING_TEXT}
      defaultTabs={tabs.length > 0 ? tabs : undefined}
      defaultEditorToolsVisibility={true}
      plugins={plugins}
      visiblePlugin={queryPlanPlugin}
    >
      <GraphiQL.Logo>Hansa</GraphiQL.Logo>
    </GraphiQL>
  );
}

function asTab({ query, variables }) {
  return { query, variables: variables ? JSON.stringify(variables, null, 2) : null, headers: null };
}

// GraphiQL opens its default tabs on the first visit and remembers the user's afterwards. What is in the editors it
// remembers apart from the tabs: without this, the first tab would have no variables, and a reload would add a tab.
function rememberFirstTab() {
  try {
    if (tabs.length > 0 && localStorage.getItem('graphiql:tabState') === null) {
      localStorage.setItem('graphiql:query', tabs[0].query);
      localStorage.setItem('graphiql:variables', tabs[0].variables ?? '');
    }
  } catch {
    // The browser keeps nothing; then the variables have to be typed.
  }
}
