//! Arguments of directives: how they are read, and how directives of the supergraph get them.

use apollo_compiler::{
    Name, Node,
    ast::{Argument, Directive, Value},
};

/// The text of an argument, if it is there and a string.
pub(crate) fn argument_text<'d>(directive: &'d Directive, argument: &str) -> Option<&'d str> {
    directive.specified_argument_by_name(argument).and_then(|value| value.as_str())
}

/// Whether a `@key` lets the router in: unless it says otherwise.
pub(crate) fn is_resolvable(key: &Directive) -> bool {
    key.specified_argument_by_name("resolvable").and_then(|value| value.to_bool()) != Some(false)
}

/// An application of a directive being put together.
#[derive(Debug)]
pub(crate) struct Application(Directive);

impl Application {
    pub(crate) fn new(name: Name) -> Self {
        Application(Directive::new(name))
    }

    pub(crate) fn with(mut self, argument: Name, value: Value) -> Self {
        self.0.arguments.push(Node::new(Argument { name: argument, value: Node::new(value) }));
        self
    }

    pub(crate) fn with_text(self, argument: Name, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.with(argument, Value::String(text.to_owned())),
            None => self,
        }
    }

    pub(crate) fn with_flag(self, argument: Name, flag: bool) -> Self {
        if flag { self.with(argument, Value::Boolean(true)) } else { self }
    }

    pub(crate) fn build(self) -> Directive {
        self.0
    }
}
