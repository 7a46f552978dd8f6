//! Reads the documents that clients usually send, several times as quickly as the library's parser, which builds a tree of
//! all characters first.
//!
//! What is wrong, unusual (escapes, block strings, descriptions, other characters) or near the limits is not read here: then
//! the library reads it and says where it is wrong. So a document that is read here is one that the library reads, too, as
//! the same one; but it does not know where in the text its parts stand.

use crate::pipeline::limits::LimitsConfig;
use apollo_compiler::{
    Name, Node,
    ast::{
        Argument, Definition, Directive, DirectiveList, Document, Field, FloatValue, FragmentDefinition,
        FragmentSpread, InlineFragment, IntValue, OperationDefinition, OperationType, Selection, Type, Value,
        VariableDefinition,
    },
};

/// `None`: for the library.
pub(crate) fn read(text: &str, limits: &LimitsConfig) -> Option<Document> {
    let mut reader = Reader {
        text,
        at: 0,
        // The end counts as a token, too.
        tokens_left: (limits.tokens_max as usize).checked_sub(2)?,
        levels_left: limits.recursion_max / 2,
        is_apart: false,
    };
    reader.skip_ignored()?;
    let mut definitions = Vec::with_capacity(1);
    while reader.at < text.len() {
        definitions.push(reader.definition()?);
    }
    (!definitions.is_empty()).then(|| Document { sources: Default::default(), definitions })
}

struct Reader<'a> {
    text: &'a str,
    /// Where the next token begins.
    at: usize,
    tokens_left: usize,
    levels_left: u32,
    /// A comma or a comment stands before the next token. The library does not look past it where the token decides what
    /// the one before is.
    is_apart: bool,
}

/// Whether a value may have variables in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Variables {
    Allowed,
    Forbidden,
}

impl<'a> Reader<'a> {
    fn definition(&mut self) -> Option<Definition> {
        if self.peek() == Some(b'{') {
            let selection_set = self.selection_set()?;
            return Some(operation((OperationType::Query, None), Vec::new(), DirectiveList::default(), selection_set));
        }
        let operation_type = match self.word()? {
            "query" => OperationType::Query,
            "mutation" => OperationType::Mutation,
            "subscription" => OperationType::Subscription,
            "fragment" => return self.fragment(),
            _ => return None,
        };
        let name = if self.is_at_name() { Some(self.name()?) } else { None };
        let variables = if self.peek() == Some(b'(') { self.variables()? } else { Vec::new() };
        let directives = self.directives(Variables::Allowed)?;
        let selection_set = self.selection_set()?;
        Some(operation((operation_type, name), variables, directives, selection_set))
    }

    fn fragment(&mut self) -> Option<Definition> {
        let name = self.word().filter(|name| *name != "on").map(Name::new_unchecked)?;
        self.word().filter(|word| *word == "on")?;
        Some(Definition::FragmentDefinition(Node::new(FragmentDefinition {
            description: None,
            name,
            type_condition: self.name()?,
            directives: self.directives(Variables::Allowed)?,
            selection_set: self.selection_set()?,
        })))
    }

    fn variables(&mut self) -> Option<Vec<Node<VariableDefinition>>> {
        self.punctuation(b'(')?;
        let mut variables = Vec::new();
        while variables.is_empty() || self.peek()? != b')' {
            self.punctuation(b'$')?;
            let name = self.name()?;
            self.punctuation(b':')?;
            let ty = Node::new(self.ty()?);
            let default_value = match self.peek()? {
                b'=' => {
                    self.punctuation(b'=')?;
                    Some(self.value(Variables::Forbidden)?)
                }
                _ => None,
            };
            let directives = self.directives(Variables::Forbidden)?;
            variables.push(Node::new(VariableDefinition { description: None, name, ty, default_value, directives }));
        }
        self.punctuation(b')')?;
        Some(variables)
    }

    fn ty(&mut self) -> Option<Type> {
        if self.peek()? != b'[' {
            let name = self.name()?;
            return Some(if self.takes(b'!')? { Type::NonNullNamed(name) } else { Type::Named(name) });
        }
        self.punctuation(b'[')?;
        let item = Box::new(self.deeper(Self::ty)?);
        self.punctuation(b']')?;
        Some(if self.takes(b'!')? { Type::NonNullList(item) } else { Type::List(item) })
    }

    fn selection_set(&mut self) -> Option<Vec<Selection>> {
        self.punctuation(b'{')?;
        let selections = self.deeper(|reader| {
            let mut selections = Vec::new();
            while selections.is_empty() || reader.peek()? != b'}' {
                selections.push(reader.selection()?);
            }
            Some(selections)
        })?;
        self.punctuation(b'}')?;
        Some(selections)
    }

    fn selection(&mut self) -> Option<Selection> {
        if self.peek()? != b'.' {
            return self.field().map(|field| Selection::Field(Node::new(field)));
        }
        self.rest().starts_with("...").then_some(())?;
        self.take(3)?;
        (!self.is_apart).then_some(())?;
        let type_condition = match self.is_at_name() {
            true => match self.word()? {
                "on" => Some(self.name()?),
                name => {
                    let fragment_name = Name::new_unchecked(name);
                    let directives = self.directives(Variables::Allowed)?;
                    return Some(Selection::FragmentSpread(Node::new(FragmentSpread { fragment_name, directives })));
                }
            },
            false => None,
        };
        let directives = self.directives(Variables::Allowed)?;
        let selection_set = self.selection_set()?;
        Some(Selection::InlineFragment(Node::new(InlineFragment { type_condition, directives, selection_set })))
    }

    fn field(&mut self) -> Option<Field> {
        let first = self.name()?;
        let is_apart = self.is_apart;
        let (alias, name) = match self.takes(b':')? {
            true if is_apart => return None,
            true => (Some(first), self.name()?),
            false => (None, first),
        };
        let arguments = self.arguments(Variables::Allowed)?;
        let directives = self.directives(Variables::Allowed)?;
        let selection_set = if self.peek()? == b'{' { Some(self.selection_set()?) } else { None };
        Some(Field { alias, name, arguments, directives, selection_set })
    }

    fn arguments(&mut self, variables: Variables) -> Option<Vec<Node<Argument>>> {
        let mut arguments = Vec::new();
        if self.peek() != Some(b'(') {
            return Some(arguments);
        }
        self.punctuation(b'(')?;
        while arguments.is_empty() || self.peek()? != b')' {
            let name = self.name()?;
            self.punctuation(b':')?;
            arguments.push(Node::new(Argument { name, value: self.value(variables)? }));
        }
        self.punctuation(b')')?;
        Some(arguments)
    }

    fn directives(&mut self, variables: Variables) -> Option<DirectiveList> {
        let mut directives = Vec::new();
        while self.peek() == Some(b'@') {
            self.punctuation(b'@')?;
            let name = self.name()?;
            directives.push(Node::new(Directive { name, arguments: self.arguments(variables)? }));
        }
        Some(DirectiveList(directives))
    }

    fn value(&mut self, variables: Variables) -> Option<Node<Value>> {
        let value = match self.peek()? {
            b'$' if variables == Variables::Allowed => {
                self.punctuation(b'$')?;
                Value::Variable(self.name()?)
            }
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => self.number()?,
            b'[' => {
                self.punctuation(b'[')?;
                let items = self.deeper(|reader| {
                    let mut items = Vec::new();
                    while reader.peek()? != b']' {
                        items.push(reader.value(variables)?);
                    }
                    Some(items)
                })?;
                self.punctuation(b']')?;
                Value::List(items)
            }
            b'{' => {
                self.punctuation(b'{')?;
                let fields = self.deeper(|reader| {
                    let mut fields = Vec::new();
                    while reader.peek()? != b'}' {
                        let name = reader.name()?;
                        reader.punctuation(b':')?;
                        fields.push((name, reader.value(variables)?));
                    }
                    Some(fields)
                })?;
                self.punctuation(b'}')?;
                Value::Object(fields)
            }
            _ => match self.word()? {
                "true" => Value::Boolean(true),
                "false" => Value::Boolean(false),
                "null" => Value::Null,
                name => Value::Enum(Name::new_unchecked(name)),
            },
        };
        Some(Node::new(value))
    }

    /// Without escapes.
    fn string(&mut self) -> Option<Value> {
        let inner = &self.rest()[1..];
        let is_plain = |byte: &u8| !matches!(byte, b'"' | b'\\' | 0..0x20 | 0x7f);
        let len = inner.bytes().position(|byte| !is_plain(&byte))?;
        let is_block = len == 0 && inner.as_bytes().get(1) == Some(&b'"');
        if inner.as_bytes()[len] != b'"' || is_block {
            return None;
        }
        self.take(len + 2)?;
        Some(Value::String(inner[..len].to_owned()))
    }

    fn number(&mut self) -> Option<Value> {
        let bytes = self.rest().as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let start = usize::from(bytes[0] == b'-');
        let mut len = start + digits(start);
        let has_leading_zero = bytes.get(start) == Some(&b'0') && len > start + 1;
        if len == start || has_leading_zero {
            return None;
        }
        let is_int = !matches!(bytes.get(len), Some(b'.' | b'e' | b'E'));
        for mark in [b".".as_slice(), b"eE"] {
            if bytes.get(len).is_some_and(|byte| mark.contains(byte)) {
                len += 1;
                let has_sign = mark.len() == 2 && matches!(bytes.get(len), Some(b'+' | b'-'));
                len += usize::from(has_sign);
                let more = digits(len);
                (more > 0).then_some(())?;
                len += more;
            }
        }
        let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        if bytes.get(len).is_some_and(goes_on) {
            return None;
        }
        let number = &self.rest()[..len];
        let value = match is_int {
            true => Value::Int(IntValue::new_parsed(number)),
            false => Value::Float(FloatValue::new_parsed(number)),
        };
        self.take(len)?;
        Some(value)
    }

    fn name(&mut self) -> Option<Name> {
        self.word().map(Name::new_unchecked)
    }

    /// A name of GraphQL.
    fn word(&mut self) -> Option<&'a str> {
        self.is_at_name().then_some(())?;
        let rest = self.rest();
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let len = rest.bytes().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        self.take(len)?;
        Some(&rest[..len])
    }

    fn is_at_name(&self) -> bool {
        self.peek().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
    }

    fn punctuation(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then_some(())?;
        self.take(1)
    }

    /// Whether the next token is this one, which is taken then.
    fn takes(&mut self, wanted: u8) -> Option<bool> {
        let is_it = self.peek() == Some(wanted);
        if is_it {
            self.take(1)?;
        }
        Some(is_it)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// One level further down.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.levels_left = self.levels_left.checked_sub(1)?;
        let value = read(self)?;
        self.levels_left += 1;
        Some(value)
    }

    /// Takes a token of `len` bytes, and what is ignored after it.
    fn take(&mut self, len: usize) -> Option<()> {
        self.at += len;
        self.tokens_left = self.tokens_left.checked_sub(1)?;
        self.skip_ignored()
    }

    /// Commas, comments and runs of white space are tokens for the limit.
    fn skip_ignored(&mut self) -> Option<()> {
        self.is_apart = false;
        while let Some(first) = self.peek() {
            let bytes = &self.text.as_bytes()[self.at..];
            let is_space = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
            let len = match first {
                b',' => 1,
                b'#' => bytes.iter().position(|byte| *byte < b' ' && *byte != b'\t').unwrap_or(bytes.len()),
                _ if is_space(first) => bytes.iter().position(|byte| !is_space(*byte)).unwrap_or(bytes.len()),
                _ => return Some(()),
            };
            self.at += len;
            self.is_apart |= !is_space(first);
            self.tokens_left = self.tokens_left.checked_sub(1)?;
        }
        Some(())
    }
}

fn operation(
    (operation_type, name): (OperationType, Option<Name>),
    variables: Vec<Node<VariableDefinition>>,
    directives: DirectiveList,
    selection_set: Vec<Selection>,
) -> Definition {
    Definition::OperationDefinition(Node::new(OperationDefinition {
        description: None,
        operation_type,
        name,
        variables,
        directives,
        selection_set,
    }))
}

#[cfg(test)]
mod tests;
