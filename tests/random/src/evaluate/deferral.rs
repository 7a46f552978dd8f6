//! `@defer` and `@stream` in the reference: which fragments a field is deferred by, and how many items come at once. GraphQL
//! specification (draft), "Incremental Delivery".

use super::{Evaluator, Objects};
use apollo_compiler::executable::{DirectiveList, Field};
use serde_json::Value as Json;

/// What `@defer` and `@stream` mean for an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Delivery {
    /// Nothing.
    #[default]
    Whole,
    /// What is deferred is left out: the first payload.
    First,
    /// Everything is there, and null in what is deferred stays within it: all payloads together, as far as they can come.
    Parts,
}

/// A deferred fragment at one object.
#[derive(Debug)]
pub(super) struct Usage {
    within: Option<UsageIndex>,
    /// The object's.
    path: Vec<Json>,
}

/// Index into the fragments met so far.
pub(super) type UsageIndex = usize;

/// A group of deferred fields, or the rest of a list, that null has cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Loss {
    /// Of the fragments that are lost with it, or of the list.
    pub paths: Vec<Vec<Json>>,
    pub is_list: bool,
}

impl<'a, S: Objects> Evaluator<'a, S> {
    /// The fragment that begins with these directives, or the one around it.
    pub(super) fn usage(&mut self, directives: &DirectiveList, within: Option<UsageIndex>) -> Option<UsageIndex> {
        if !self.is_deferred(directives) {
            return within;
        }
        self.usages.push(Usage { within, path: self.path.clone() });
        Some(self.usages.len() - 1)
    }

    pub(super) fn is_deferred(&self, directives: &DirectiveList) -> bool {
        self.delivery != Delivery::Whole && directives.has("defer") && self.truth(directives, "defer") != Some(false)
    }

    /// Of a field's occurrences: the fragments that it waits for, ascending; none if it comes at once.
    pub(super) fn deferred_by(&self, fields: &[(&'a Field, Option<UsageIndex>)]) -> Vec<UsageIndex> {
        let Some(mut usages) = fields.iter().map(|(_, usage)| *usage).collect::<Option<Vec<_>>>() else {
            return Vec::new();
        };
        usages.sort_unstable();
        usages.dedup();
        let all = usages.clone();
        usages.retain(|usage| !self.ancestors(*usage).any(|ancestor| all.contains(&ancestor)));
        usages
    }

    fn ancestors(&self, usage: UsageIndex) -> impl Iterator<Item = UsageIndex> {
        std::iter::successors(self.usages[usage].within, |usage| self.usages[*usage].within)
    }

    pub(super) fn lose_fields(&mut self, deferred_by: &[UsageIndex]) {
        let paths = deferred_by.iter().map(|usage| self.usages[*usage].path.clone()).collect();
        self.losses.push(Loss { paths, is_list: false });
    }

    /// How many items of the list come at once, where others follow.
    pub(super) fn initial_count(&self, field: &Field) -> Option<usize> {
        let is_outermost = self.path.last().is_some_and(Json::is_string);
        let stream = field.directives.get("stream").filter(|_| is_outermost && self.delivery != Delivery::Whole)?;
        if self.truth(&field.directives, "stream") == Some(false) {
            return None;
        }
        let count = stream.specified_argument_by_name("initialCount").map(|count| match count.as_variable() {
            Some(variable) => self.variables.get(variable.as_str()).and_then(Json::as_u64),
            None => count.to_i32().and_then(|count| u64::try_from(count).ok()),
        });
        Some(count.flatten().unwrap_or_default() as usize)
    }
}
