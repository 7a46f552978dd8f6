//! Documents of which a part can be said several times, once for each group of rows that read other values from their
//! contexts.

use super::documents::Documents;
use crate::{
    assemble::NodeId,
    plan::{DocumentTemplate, LookupTemplate},
};
use apollo_compiler::Name;

/// Stands in a text where groups are told apart. No GraphQL text has this character: in strings it is escaped.
const GROUP: char = '\u{1}';

/// The same where the lookups of a document are told apart.
const LOOKUP: char = '\u{2}';

/// A text as it is when there is one group.
pub(super) fn of_one_group(text: &str) -> String {
    text.replace(GROUP, "")
}

fn pieces(text: &str) -> Vec<String> {
    text.split(GROUP).map(str::to_owned).collect()
}

/// A lookup with open groups.
pub(super) struct OpenLookup {
    pub(super) response_key: String,
    pub(super) variable: String,
    pub(super) context_variables: Vec<String>,
    pub(super) client_variables: Vec<Name>,
    /// Without the response key.
    pub(super) field: String,
    /// Of the variables.
    pub(super) definitions: String,
}

impl OpenLookup {
    pub(super) fn template(&self) -> LookupTemplate {
        let field = format!("{}{GROUP}:{}", self.response_key, self.field);
        LookupTemplate {
            definitions: pieces(&self.definitions),
            field: pieces(&field),
            variables: self.client_variables.clone(),
        }
    }
}

impl Documents<'_> {
    /// A lookup of a fetch that reads from contexts; `number` tells its lookups apart.
    pub(super) fn open_lookup(&self, (node, text): (NodeId, &str), number: &str) -> OpenLookup {
        let prefix = self.contextual_prefix();
        let variable = format!("{prefix}representations{number}");
        let mut definitions = format!("${variable}{GROUP}:[_Any!]!");
        let mut context_variables = Vec::new();
        for (index, (_, ty)) in self.assembly.draft.node(node).context_variables.iter().enumerate() {
            definitions.push_str(&format!(",${prefix}context{number}_{index}{GROUP}:{ty}"));
            context_variables.push(format!("{prefix}context{number}_{index}"));
        }
        let text = text.replace(LOOKUP, number);
        let field = format!("_entities(representations:${variable}{GROUP}){{{text}}}");
        OpenLookup {
            response_key: format!("_entities{number}"),
            variable,
            context_variables,
            client_variables: Vec::new(),
            field,
            definitions,
        }
    }

    /// An argument from a context, as a lookup's text has it.
    pub(super) fn context_argument(&self, (name, index): &(Name, u32)) -> String {
        format!("{name}:${}context{LOOKUP}_{index}{GROUP}", self.contextual_prefix())
    }

    pub(super) fn template(lookups: &[OpenLookup], variables: Vec<(Name, String)>) -> DocumentTemplate {
        DocumentTemplate { lookups: lookups.iter().map(OpenLookup::template).collect(), variables }
    }

    /// Keeps our variables apart from the client's, however many groups there are.
    fn contextual_prefix(&self) -> String {
        let mut prefix = String::new();
        let is_taken = |prefix: &str| {
            let mut variables = self.operation.variables.iter();
            variables.any(|variable| {
                let rest = variable.name.strip_prefix(prefix);
                rest.is_some_and(|rest| rest.starts_with("representations") || rest.starts_with("context"))
            })
        };
        while is_taken(&prefix) {
            prefix.push('_');
        }
        prefix
    }
}
