//! `@skip`, `@include`, `@defer` and `@stream`, at random.

use super::OperationGenerator;
use crate::{
    operation::{Selection, SelectionKind, Variable},
    world::Ty,
};
use serde_json::json;

impl OperationGenerator<'_> {
    pub(super) fn add_conditions(&mut self, selection: &mut Selection) {
        for directive in ["skip", "include"] {
            if self.random.chance(self.condition_percent) {
                let truth = match self.random.below(10) {
                    0 | 1 => "true".to_owned(),
                    2 => "false".to_owned(),
                    3 | 4 => self.boolean_with_default(),
                    _ => self.variable(&Ty::named("Boolean").non_null()),
                };
                selection.directives.push(format!("@{directive}(if: {truth})"));
            }
        }
        if self.random.chance(20) {
            selection.directives.reverse();
        }
    }

    /// A nullable variable that may stand where no null may be, because it has a default.
    fn boolean_with_default(&mut self) -> String {
        let value = self.random.chance(50).then(|| json!(self.random.chance(50)));
        let declaration = format!("Boolean = {}", self.random.chance(50));
        let name = format!("v{}", self.operation.variables.len());
        self.operation.variables.push(Variable { name: name.clone(), declaration, value });
        format!("${name}")
    }

    pub(super) fn add_defer(&mut self, selection: &mut Selection) {
        let is_fragment = !matches!(selection.kind, SelectionKind::Field { .. });
        if is_fragment && self.random.chance(self.parts_percent) {
            let arguments = self.part_arguments();
            let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
            selection.directives.push(format!("@defer{arguments}"));
        }
    }

    pub(super) fn stream(&mut self) -> String {
        let mut arguments = self.part_arguments();
        if self.random.chance(70) {
            let count = self.random.below(4);
            let text = if self.random.chance(30) {
                self.variable_with(&Ty::named("Int").non_null(), json!(count))
            } else {
                count.to_string()
            };
            arguments.push(format!("initialCount: {text}"));
        }
        if arguments.is_empty() { "@stream".to_owned() } else { format!("@stream({})", arguments.join(", ")) }
    }

    /// `if` and `label`.
    fn part_arguments(&mut self) -> Vec<String> {
        let mut arguments = Vec::new();
        self.next_part += 1;
        match self.random.below(10) {
            0 => arguments.push("if: true".to_owned()),
            1 => arguments.push("if: false".to_owned()),
            2 => arguments.push(format!("if: {}", self.boolean_with_default())),
            3 => {
                let truth = self.variable(&Ty::named("Boolean").non_null());
                arguments.push(format!("if: {truth}"));
            }
            _ => {}
        }
        if self.random.chance(40) {
            arguments.push(format!("label: \"part{}\"", self.next_part));
        }
        arguments
    }
}
