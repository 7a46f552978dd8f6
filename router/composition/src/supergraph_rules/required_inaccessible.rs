//! What a request must give is visible. An argument that an interface hides may not be required in an implementation
//! either: there it would be one that the interface does not have. Code REQUIRED_INACCESSIBLE.

use crate::{
    codes,
    diagnostic::{Diagnostic, Diagnostics},
    merged_schema::{MergedSchema, implemented_visible_fields, is_required},
};

pub(super) fn check(merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) {
    for input in merged.inputs_of_visible() {
        if merged.is_hidden(&input.definition.directives) && is_required(input.definition) {
            let coordinate = input.coordinate;
            let message = format!("`{coordinate}` is @inaccessible but required, so that nobody could give it");
            diagnostics.push(Diagnostic::new(codes::REQUIRED_INACCESSIBLE, message).on(coordinate));
        }
    }
    for pair in implemented_visible_fields(merged) {
        let declared = pair.declared;
        if merged.is_hidden(&pair.implementing.directives) {
            continue;
        }
        for hidden in declared.arguments.iter().filter(|argument| merged.is_hidden(&argument.directives)) {
            let given = pair.implementing.argument_by_name(&hidden.name);
            if given.is_some_and(|given| is_required(given) && !merged.is_hidden(&given.directives)) {
                let coordinate = format!("{}.{}({}:)", pair.interface, declared.name, hidden.name);
                let message = format!(
                    "`{coordinate}` is @inaccessible, but `{}.{}({}:)`, which implements it, is visible and required",
                    pair.name, declared.name, hidden.name
                );
                diagnostics.push(Diagnostic::new(codes::REQUIRED_INACCESSIBLE, message).on(coordinate));
            }
        }
    }
}
