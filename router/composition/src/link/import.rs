//! The `import` argument of `@link`: strings, or objects `{name:, as:}`.

use super::{LinkProblem, Links, is_graphql_name};
use crate::{
    codes,
    specs::{self, Spec, version_text},
};
use apollo_compiler::{Node, ast::Value, parser::SourceSpan};
use hansa_federation::Feature;

type Imports = Vec<(String, String)>;

/// The imports that are understood, and a problem for each that is not.
pub(super) fn read(
    links: &Links,
    feature: &Feature,
    spec: Option<Spec>,
    value: &Node<Value>,
) -> (Imports, Vec<LinkProblem>) {
    let mut imports = Imports::new();
    let mut problems = Vec::new();
    let Some(items) = value.as_list() else {
        problems.push(problem(value.location(), "`import` needs a list, as in `import: [\"@key\"]`".to_owned()));
        return (imports, problems);
    };
    for item in items {
        match read_item(item).and_then(|import| checked(links, (feature, spec), &imports, import)) {
            Ok(import) if imports.contains(&import) => {}
            Ok(import) => imports.push(import),
            Err(message) => problems.push(problem(item.location(), message)),
        }
    }
    (imports, problems)
}

fn problem(location: Option<SourceSpan>, message: String) -> LinkProblem {
    LinkProblem { code: codes::INVALID_LINK_DIRECTIVE_USAGE, message, location }
}

fn read_item(item: &Value) -> Result<(String, String), String> {
    if let Some(name) = item.as_str() {
        return Ok((name.to_owned(), name.to_owned()));
    }
    let form = "an import is a string or an object like {name: \"@key\", as: \"@primaryKey\"}";
    let fields = item.as_object().ok_or_else(|| format!("{item} cannot be imported: {form}"))?;
    let (mut name, mut alias) = (None, None);
    for (key, value) in fields {
        let text = value.as_str().ok_or_else(|| format!("`{key}: {value}` should be a string: {form}"))?;
        match key.as_str() {
            "name" => name = Some(text.to_owned()),
            "as" => alias = Some(text.to_owned()),
            _ => return Err(format!("`{key}` means nothing in an import: {form}")),
        }
    }
    let name = name.ok_or_else(|| format!("{item} does not say what to import: {form}"))?;
    let alias = alias.unwrap_or_else(|| name.clone());
    Ok((name, alias))
}

fn checked(
    links: &Links,
    (feature, spec): (&Feature, Option<Spec>),
    imports: &Imports,
    (name, local): (String, String),
) -> Result<(String, String), String> {
    if let Some(bare) = name.strip_prefix('@')
        && !local.starts_with('@')
    {
        return Err(format!("@{bare} is a directive, so `as: \"{local}\"` needs an @ as well: \"@{local}\""));
    }
    if !name.starts_with('@') && local.starts_with('@') {
        return Err(format!("{name} is a type, so `as: \"{local}\"` must not begin with an @"));
    }
    is_element(feature, spec, &name)?;
    if let Some(spec) = spec
        && !is_graphql_name(local.trim_start_matches('@'))
    {
        return Err(format!("`{local}` is not a GraphQL name, so {name} of {} cannot be called so", spec.identity()));
    }
    if let Some((_, other)) = imports.iter().find(|(known, other)| *known == name && *other != local) {
        return Err(format!("{name} is imported as {other} and as {local}; keep one of them"));
    }
    if let Some((other, _)) = imports.iter().find(|(known, taken)| *taken == local && *known != name) {
        return Err(format!("{name} and {other} are both imported as {local}; rename one with `as`"));
    }
    for other in links.features.iter().map(|linked| &linked.feature) {
        if other.imports.iter().any(|(_, taken)| *taken == local) {
            return Err(format!("{local} is imported from {} already; rename one with `as`", other.identity));
        }
    }
    check_namespaces(links, feature, &name, &local)?;
    Ok((name, local))
}

/// An import must not look like the prefixed name of something else.
fn check_namespaces(links: &Links, feature: &Feature, name: &str, local: &str) -> Result<(), String> {
    let bare = local.trim_start_matches('@');
    let namespaces = links.features.iter().map(|linked| &linked.feature).chain([feature]);
    for other in namespaces {
        let element = bare.strip_prefix(other.namespace.as_str()).and_then(|rest| rest.strip_prefix("__"));
        if element.is_some_and(|element| other.identity != feature.identity || element != name.trim_start_matches('@'))
        {
            return Err(format!(
                "{name} cannot be imported as {local}: that is how an element of {} is called",
                other.identity
            ));
        }
        let is_own = other.identity == feature.identity && name.trim_start_matches('@') == feature.name();
        if local.starts_with('@') && bare == other.namespace && !is_own && other.identity != feature.identity {
            return Err(format!("{name} cannot be imported as {local}: {} is linked under that name", other.identity));
        }
    }
    Ok(())
}

fn is_element(feature: &Feature, spec: Option<Spec>, name: &str) -> Result<(), String> {
    let Some(spec) = spec.filter(|spec| *spec != Spec::Join) else { return Ok(()) };
    if !spec.is_known_version(feature.version) {
        return Ok(());
    }
    let version = version_text(feature.version);
    let has = |name: &str, version| {
        specs::definitions(spec, version).iter().any(|known| match name.strip_prefix('@') {
            Some(bare) => known.as_directive_definition().is_some_and(|known| known.name == bare),
            None => known.as_directive_definition().is_none() && known.name().is_some_and(|known| known == name),
        })
    };
    if has(name, feature.version) {
        return Ok(());
    }
    if has(&format!("@{name}"), feature.version) {
        return Err(format!("{name} is a directive: import \"@{name}\""));
    }
    let newer = (0..=20).find(|minor| *minor > feature.version.1 && has(name, (feature.version.0, *minor)));
    Err(match newer {
        Some(minor) => format!(
            "{} {version} has no {name}; it came with v{}.{minor}: link that version or a newer one",
            spec.identity(),
            feature.version.0
        ),
        None => format!("{} {version} has no {name}{}", spec.identity(), nearest_directive(spec, feature, name)),
    })
}

fn nearest_directive(spec: Spec, feature: &Feature, name: &str) -> String {
    let definitions = specs::definitions(spec, feature.version);
    let known = definitions.iter().filter_map(|known| known.as_directive_definition());
    let bare = name.trim_start_matches('@');
    let distance = |other: &str| strsim::damerau_levenshtein(bare, other);
    match known.map(|known| known.name.as_str()).min_by_key(|other| distance(other)) {
        Some(nearest) if distance(nearest) <= 1 + bare.len() / 4 => format!("; did you mean @{nearest}?"),
        _ => String::new(),
    }
}
