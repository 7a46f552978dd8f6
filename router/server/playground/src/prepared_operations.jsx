// The pane that lists the prepared operations, so that one whose tab was closed can be opened again.
import { useEditorContext } from '@graphiql/react';

export function preparedOperationsPlugin(operations) {
  return {
    title: 'Prepared operations',
    icon: PreparedOperationsIcon,
    content: () => <PreparedOperationsPane operations={operations} />,
  };
}

function PreparedOperationsPane({ operations }) {
  const { addTab, queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  function open({ query, variables }) {
    addTab();
    // The editors belong to the new tab only once React has rendered it.
    setTimeout(() => {
      queryEditor?.setValue(query);
      variableEditor?.setValue(variables ? JSON.stringify(variables, null, 2) : '');
    });
  }
  return (
    <section aria-label="Prepared operations">
      <div className="graphiql-doc-explorer-header">
        <div className="graphiql-doc-explorer-title">Prepared operations</div>
      </div>
      <ul className="prepared-operations">
        {operations.map((operation, index) => (
          <li key={operation.name ?? index}>
            <button type="button" onClick={() => open(operation)}>
              {operation.name ?? `Operation ${index + 1}`}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function PreparedOperationsIcon() {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <title>prepared operations icon</title>
      <path d="M2 3.5h.01M5.5 3.5h8.5M2 8h.01M5.5 8h8.5M2 12.5h.01M5.5 12.5h8.5" />
    </svg>
  );
}
