//! `@context` and `@fromContext` in the supergraph: contexts get their subgraph's name in front, and arguments filled in
//! from them are told to the router by `@join__field(contextArguments:)`.

use super::Merger;
use crate::{
    directive_arguments::argument_text,
    field_set::{context_selection_text, split_context},
    subgraph::FederationDirective,
};
use apollo_compiler::{Node, ast::Value, name, schema::FieldDefinition};

impl Merger<'_> {
    pub(super) fn context_arguments(&self, index: usize, field: &FieldDefinition) -> Option<Value> {
        let subgraph = self.subgraph(index);
        let arguments = field.arguments.iter().filter_map(|argument| {
            let applied = subgraph.applied(&argument.directives, FederationDirective::FromContext).next()?;
            let (context, selection) = split_context(argument_text(applied, "field")?)?;
            let text = |text: String| Node::new(Value::String(text));
            Some(Node::new(Value::Object(vec![
                (name!("context"), text(self.context_name(index, context))),
                (name!("name"), text(argument.name.to_string())),
                (name!("type"), text(argument.ty.to_string())),
                (name!("selection"), text(context_selection_text(selection))),
            ])))
        });
        let arguments: Vec<Node<Value>> = arguments.collect();
        (!arguments.is_empty()).then_some(Value::List(arguments))
    }

    /// Two subgraphs may use one name for different contexts.
    pub(super) fn context_name(&self, index: usize, context: &str) -> String {
        format!("{}__{context}", self.subgraphs[index].name)
    }
}
