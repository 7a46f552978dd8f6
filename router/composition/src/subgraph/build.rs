//! SDL in, [`Subgraph`] out. Each step adds what it finds wrong; a step that cannot be built on ends the reading.

use super::{
    FederationNames, Subgraph, constant_values, definitions, duplicates, graphql_rules, machinery, roots, syntax,
};
use crate::{
    Diagnostic, Place, SubgraphSource, codes, diagnostic,
    link::{self, Links},
};
use apollo_compiler::{
    Name, Schema,
    ast::{Definition, Document},
    parser::{SourceMap, SourceSpan},
    schema::SchemaBuilder,
    validation::DiagnosticList,
};
use hashbrown::HashSet;

/// Reads a parsed subgraph; `None` when it is too broken to be checked further. What is wrong with it is in `errors`.
pub(crate) fn read(source: &SubgraphSource, document: Document, errors: &mut Vec<Diagnostic>) -> Option<Subgraph> {
    let mut reading = Reading { source, sources: document.sources.clone(), errors: Vec::new() };
    let subgraph = reading.read(document);
    errors.append(&mut reading.errors);
    subgraph
}

struct Reading<'a> {
    source: &'a SubgraphSource,
    sources: SourceMap,
    errors: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn read(&mut self, mut document: Document) -> Option<Subgraph> {
        self.errors.extend(name_problem(self.source));
        let (links, problems) = link::read(&document);
        for problem in problems {
            let place = self.place(problem.location);
            self.errors.push(Diagnostic::new(problem.code, problem.message).at(place));
        }
        self.stop()?;
        self.refuse(graphql_rules::check_document(&document, &links));
        self.stop()?;
        duplicates::remove(&mut document);
        machinery::remove(&mut document);
        let (added, problems) = definitions::complete(&mut document, &links, &|location| self.place(location));
        self.errors.extend(problems);
        let (schema, extended_only) = self.schema(&document, added, &links)?;
        self.stop()?;
        let names = FederationNames::of_links(&links);
        let (name, url) = (self.source.name.clone(), self.source.url.clone());
        let mut subgraph = Subgraph { name, url, schema, links, names, extended_only, upgraded: false };
        roots::rename(&mut subgraph, &mut self.errors);
        machinery::remove_types(&mut subgraph.schema);
        Some(subgraph)
    }

    /// The document as a valid schema. Where definitions in it are wrong already, only unknown directives are no consequence
    /// of that.
    fn schema(
        &mut self,
        document: &Document,
        added: Vec<Definition>,
        links: &Links,
    ) -> Option<(Schema, HashSet<Name>)> {
        let is_sound = self.errors.is_empty();
        let name = &self.source.name;
        let types = document.definitions.iter().filter(|definition| definition.as_directive_definition().is_none());
        let types: Vec<&str> = types.filter_map(|definition| Some(definition.name()?.as_str())).collect();
        let known = syntax::Known { links, types: &types };
        let of_compiler = |findings: DiagnosticList| match is_sound {
            true => syntax::findings(name, &findings, &known),
            false => syntax::unknown_directives(name, &findings, &known),
        };
        let built = build(document, added).map_err(of_compiler);
        let (mut schema, extended_only) = built.map_err(|findings| self.errors.extend(findings)).ok()?;
        let mut of_values = Vec::new();
        if is_sound {
            of_values.extend(graphql_rules::check_one_of(&mut schema, document));
            of_values.extend(constant_values::coerce(&mut schema));
        }
        let validated = validate(schema).map_err(of_compiler).map_err(|findings| self.errors.extend(findings));
        self.refuse(of_values);
        let mut schema = validated.ok()?;
        duplicates::remove_arguments(&mut schema);
        Some((schema, extended_only))
    }

    fn refuse(&mut self, findings: Vec<graphql_rules::Finding>) {
        for finding in findings {
            let place = self.place(finding.location);
            self.errors.push(Diagnostic::new(codes::INVALID_GRAPHQL, finding.message).at(place));
        }
    }

    fn place(&self, location: Option<SourceSpan>) -> Place {
        diagnostic::place(&self.source.name, &self.sources, location)
    }

    /// `None` when there is an error, to leave a function with `?`.
    fn stop(&self) -> Option<()> {
        self.errors.is_empty().then_some(())
    }
}

fn name_problem(source: &SubgraphSource) -> Option<Diagnostic> {
    let message = match source.name.as_str() {
        "_" => "a subgraph cannot be called `_`: the name is reserved",
        "" => "a subgraph needs a name",
        _ => return None,
    };
    Some(Diagnostic::new(codes::INVALID_SUBGRAPH_NAME, message).at(Place::in_subgraph(&source.name, "")))
}

fn build(document: &Document, added: Vec<Definition>) -> Result<(Schema, HashSet<Name>), DiagnosticList> {
    let mut own = Document::new();
    own.definitions = added;
    let builder = SchemaBuilder::new().adopt_orphan_extensions().ignore_builtin_redefinitions();
    let builder = builder.add_ast(document).add_ast(&own);
    let extended_only = builder.iter_orphan_extension_types().cloned().collect();
    match builder.build() {
        Ok(schema) => Ok((schema, extended_only)),
        Err(invalid) => Err(invalid.errors),
    }
}

/// Checks the schema as GraphQL, with a query root lent to those that have none.
fn validate(mut schema: Schema) -> Result<Schema, DiagnosticList> {
    let lent = machinery::lend_query(&mut schema);
    let mut schema = hansa_federation::validate(schema, &graphql_rules::TOLERATED)?.into_inner();
    if lent {
        machinery::take_query_back(&mut schema);
    }
    Ok(schema)
}
