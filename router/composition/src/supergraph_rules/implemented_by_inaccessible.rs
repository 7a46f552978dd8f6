//! What a visible interface declares is visible in its visible implementations. Code IMPLEMENTED_BY_INACCESSIBLE.

use crate::{
    codes,
    diagnostic::{Diagnostic, Diagnostics},
    merged_schema::{MergedSchema, implemented_visible_fields},
};

pub(super) fn check(merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) {
    for pair in implemented_visible_fields(merged) {
        let declared = pair.declared;
        let field = format!("{}.{}", pair.name, declared.name);
        let interface_field = format!("{}.{}", pair.interface, declared.name);
        if merged.is_hidden(&pair.implementing.directives) {
            let message = format!("`{field}` is @inaccessible, but implements `{interface_field}`, which is visible");
            diagnostics.push(Diagnostic::new(codes::IMPLEMENTED_BY_INACCESSIBLE, message).on(field));
            continue;
        }
        for argument in declared.arguments.iter().filter(|argument| !merged.is_hidden(&argument.directives)) {
            let given = pair.implementing.argument_by_name(&argument.name);
            if given.is_some_and(|given| merged.is_hidden(&given.directives)) {
                let coordinate = format!("{field}({}:)", argument.name);
                let message = format!(
                    "`{coordinate}` is @inaccessible, but implements `{interface_field}({}:)`, which is visible",
                    argument.name
                );
                diagnostics.push(Diagnostic::new(codes::IMPLEMENTED_BY_INACCESSIBLE, message).on(coordinate));
            }
        }
    }
}
