//! One world made ready, and one operation run both ways and compared.

mod client;
mod compare;
mod parts;
mod router;

use crate::{
    counters::{Counters, add},
    evaluate::Delivery,
    interpreter::{Bound, Expected, Interpreter},
    operation::{Operation, ParsedOperation},
    random::Random,
    sdl::{api_sdl, subgraph_sdl, supergraph_sdl},
    spoils::Spoils,
    subgraph::Subgraph,
    transport::{Cluster, Reports},
    world::{Source, World},
};
use apollo_compiler::{Schema, validation::Valid};
use client::Client;
use compare::{Answer, Bounds, compare, compare_spoilt};
use hansa_composition::{ComposeOptions, SubgraphSource, compose, render_all};
use hansa_query_planner::Preference;
use router::{Choice, Planned, Router};
use serde_json::Value as Json;
use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// A world with everything that is the same for all its operations.
#[derive(Debug)]
pub(crate) struct Stage<'w> {
    pub world: &'w World,
    pub api: Valid<Schema>,
    possible: HashMap<String, Vec<String>>,
    subgraphs: Vec<Subgraph<'w>>,
    routers: Vec<Router>,
}

/// What composition may say of a world: a few are freer than federation allows, in ways that make no difference to a router.
/// One forgets that computed fields need what their inputs need, which a router must not.
const LOOSE: [&str; 4] = [
    "INVALID_FIELD_SHARING",
    "REQUIRES_FIELDS_MISSING_EXTERNAL",
    "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
    "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
];

/// The supergraphs of a world: one that shares no code with composition, and what composition makes of the subgraphs' SDLs.
fn supergraphs(world: &World) -> Result<Vec<String>, Box<Difference>> {
    let sources: Vec<SubgraphSource> = world
        .subgraphs
        .iter()
        .enumerate()
        .map(|(index, name)| SubgraphSource {
            name: name.clone(),
            url: format!("http://{name}.example/graphql"),
            sdl: subgraph_sdl(world, index),
            origin: format!("{name}.graphql"),
        })
        .collect();
    let composition = catch_unwind(|| compose(&sources, &ComposeOptions::default()))
        .map_err(|_| Difference::boxed("panic", "compose".to_owned()))?;
    // Composition does not know what interfaces demand.
    let has_guarded_interface =
        world.guards.keys().any(|coordinate| world.interfaces.contains_key(type_of(coordinate)));
    let mut supergraphs = vec![supergraph_sdl(world)];
    match composition.supergraph {
        Some(_) if has_guarded_interface => {}
        Some(supergraph) => supergraphs.push(supergraph.sdl),
        None if composition.errors.iter().all(|error| LOOSE.contains(&error.code.name)) => {}
        None => return Err(Difference::boxed("composition", render_all(&composition.errors, &sources, false))),
    }
    Ok(supergraphs)
}

fn count_federation_1(world: &World, counters: &Counters) {
    let old: Vec<String> = world.federation_1.iter().map(|subgraph| subgraph_sdl(world, *subgraph)).collect();
    let is_in = |text: &str| old.iter().any(|sdl| sdl.contains(text));
    match old.len() {
        0 => return,
        count if count == world.subgraphs.len() => counters.saw("federation 1: all subgraphs"),
        _ => counters.saw("federation 1: some subgraphs"),
    }
    if is_in("extend type E") {
        counters.saw("federation 1: type extension");
    }
    if is_in("@extends") {
        counters.saw("federation 1: @extends");
    }
}

fn type_of(coordinate: &str) -> &str {
    coordinate.split('.').next().unwrap_or(coordinate)
}

/// A difference between what was expected and what came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Difference {
    /// The same for differences of one cause, for shrinking.
    pub kind: &'static str,
    pub text: String,
    pub expected: Json,
    pub actual: Json,
    pub plan: String,
    pub fetches: Vec<String>,
}

impl Difference {
    fn boxed(kind: &'static str, text: String) -> Box<Difference> {
        Box::new(Difference { kind, text, ..Difference::default() })
    }
}

/// One operation on one router.
struct Attempt<'a> {
    router: &'a Router,
    planned: Planned,
    operation: &'a Operation,
    parsed: &'a ParsedOperation,
    expected: &'a Expected,
    counters: &'a Counters,
}

impl<'w> Stage<'w> {
    /// `Err`: the generator made a world that is wrong in itself, or the router refuses it.
    pub(crate) fn new(world: &'w World, counters: &Counters) -> Result<Stage<'w>, Box<Difference>> {
        let wrong = |text: String| Difference::boxed("world", text);
        let api = Schema::parse_and_validate(api_sdl(world), "api.graphql")
            .map_err(|invalid| wrong(format!("API: {}", invalid.errors)))?;
        let supergraphs = supergraphs(world)?;
        add(&counters.composed_worlds, supergraphs.len() - 1);
        if supergraphs.len() > 1 {
            count_federation_1(world, counters);
        }
        let routers = supergraphs.iter().map(|sdl| Router::new(world, sdl)).collect::<Result<Vec<_>, _>>()?;
        let indexes = 0..world.subgraphs.len();
        let subgraphs =
            indexes.map(|index| Subgraph::new(world, index)).collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        let possible = world
            .interfaces
            .keys()
            .chain(world.unions.keys())
            .map(|name| (name.clone(), world.possible(name).into_iter().map(str::to_owned).collect()))
            .collect();
        Ok(Stage { world, api, possible, subgraphs, routers })
    }

    /// `None`: the operation is not valid, and nothing was tried.
    pub(crate) fn run(
        &self,
        operation: &Operation,
        random: Random,
        counters: &Counters,
    ) -> Option<Result<(), Box<Difference>>> {
        let parsed = ParsedOperation::parse(&self.api, operation).ok()?;
        let expected = self.interpret(&parsed, (operation, counters), (Bound::Whole, Delivery::Whole));
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            self.routers.iter().enumerate().try_for_each(|(number, router)| {
                let choice = Choice { preference: Preference::Cheapest, is_incremental: false };
                let planned = router.plan((operation, &parsed), choice)?;
                let (parsed, expected) = (&parsed, &expected);
                let attempt = Attempt { router, planned, operation, parsed, expected, counters };
                self.attempt(&attempt, random.clone(), number)
            })
        }));
        let difference = match outcome {
            Ok(Ok(())) => return Some(Ok(())),
            Ok(Err(difference)) => difference,
            Err(panic) => {
                let text = panic
                    .downcast_ref::<String>()
                    .cloned()
                    .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                Difference::boxed("panic", text.unwrap_or_default())
            }
        };
        Some(Err(Box::new(Difference { expected: expected.evaluation.data, ..*difference })))
    }

    fn interpret(
        &self,
        parsed: &ParsedOperation,
        (operation, counters): (&Operation, &Counters),
        (bound, delivery): (Bound<'_>, Delivery),
    ) -> Expected {
        let interpreter =
            Interpreter::new(self.world, &self.possible, counters).with_bound(bound).with_delivery(delivery);
        interpreter.run(&self.api, parsed, (&operation.caller, &operation.labels))
    }

    fn attempt(&self, attempt: &Attempt<'_>, random: Random, number: usize) -> Result<(), Box<Difference>> {
        let answer = self.answer(attempt, (random.clone(), None))?;
        compare(attempt.expected, &answer).map_err(|finding| attempt.difference(finding, Some(&answer)))?;
        let mut random = Random::part(random.clone().next(), 7 + number as u64);
        if random.chance(SPOILT_PERCENT) {
            self.attempt_spoilt(attempt, Random::part(random.next(), 0))?;
        }
        if self.world.has_every_way() && random.chance(OTHER_PLAN_PERCENT) {
            self.attempt_otherwise(attempt, Random::part(random.next(), 1))?;
        }
        if self.may_come_in_parts(attempt) { self.attempt_in_parts(attempt, random) } else { Ok(()) }
    }

    /// By another plan.
    fn attempt_otherwise(&self, attempt: &Attempt<'_>, mut random: Random) -> Result<(), Box<Difference>> {
        let preference = Preference::Alternative(random.next());
        let planned = attempt.plan(Choice { preference, is_incremental: false })?;
        attempt.counters.saw(match planned.text == attempt.planned.text {
            true => "another plan: the same",
            false => "another plan",
        });
        let other = Attempt { planned, ..*attempt };
        let answer = self.answer(&other, (random, None))?;
        compare(attempt.expected, &answer).map_err(|finding| other.difference(finding, Some(&answer)))
    }

    /// What is deferred is fetched by key, so that keys must be there. And a mutation's state is another one when what is
    /// deferred reads it.
    fn may_come_in_parts(&self, attempt: &Attempt<'_>) -> bool {
        let text = attempt.operation.text();
        let revisions = || {
            let fields = self.world.objects.values().flat_map(|object| &object.fields);
            fields.filter(|(_, field)| field.source == Source::Revision).map(|(name, _)| name)
        };
        (text.contains("@defer") || text.contains("@stream"))
            && !self.world.records.iter().any(|record| record.has_null_key)
            && !(attempt.operation.is_mutation && revisions().any(|name| text.contains(name.as_str())))
    }

    fn attempt_in_parts(&self, attempt: &Attempt<'_>, mut random: Random) -> Result<(), Box<Difference>> {
        let is_other = self.world.has_every_way() && random.chance(OTHER_PLAN_PERCENT);
        let preference = if is_other { Preference::Alternative(random.next()) } else { Preference::Cheapest };
        let planned = attempt.plan(Choice { preference, is_incremental: true })?;
        let attempt = Attempt { planned, ..*attempt };
        self.attempt_parts(&attempt, (Random::part(random.next(), 0), None))?;
        let spoils = Spoils::new(self.world, Random::part(random.next(), 1));
        self.attempt_parts(&attempt, (random, Some(spoils)))
    }

    /// The same once more, while subgraphs misbehave.
    fn attempt_spoilt(&self, attempt: &Attempt<'_>, mut random: Random) -> Result<(), Box<Difference>> {
        let spoils = Spoils::new(self.world, Random::part(random.next(), 0));
        let answer = self.answer(attempt, (Random::part(random.next(), 0), Some(spoils.clone())))?;
        if answer.reports.spoilt.is_empty() {
            return Ok(());
        }
        attempt.counters.saw("misbehaving subgraphs");
        let difference = |finding, answer| Err(attempt.difference(finding, Some(answer)));
        let interpret =
            |bound| self.interpret(attempt.parsed, (attempt.operation, &Counters::default()), (bound, Delivery::Whole));
        let least = interpret(Bound::Least(&answer.reports.spoilt));
        let within = interpret(Bound::Within(answer.data()));
        let bounds = Bounds { whole: attempt.expected, least: &least, within: &within };
        if let Err(finding) = compare_spoilt(&bounds, &answer) {
            return difference(finding, &answer);
        }
        let other = self.answer(attempt, (Random::part(random.next(), 0), Some(spoils)))?;
        // Of nothing at all, an error may be told at one place or at several.
        if other.text != answer.text && !answer.data().is_null() {
            let text = format!("the answer depends on the order in which subgraphs answer: {}", other.text);
            return difference(("order", text), &answer);
        }
        Ok(())
    }

    fn answer(
        &self,
        attempt: &Attempt<'_>,
        (random, spoils): (Random, Option<Spoils>),
    ) -> Result<Answer, Box<Difference>> {
        let surroundings = (attempt.counters, attempt.operation);
        let cluster = Cluster::new((&self.subgraphs, &attempt.router.order), surroundings, (random, spoils));
        let execution = attempt.router.execute(&attempt.planned, &cluster);
        let reports = cluster.into_reports();
        let Some(execution) = execution else {
            let fetches = reports.fetches;
            let hang = Difference::boxed("hang", "the execution does not end".to_owned());
            return Err(Box::new(Difference { plan: attempt.planned.text.clone(), fetches, ..*hang }));
        };
        let fetches = reports.fetches.clone();
        let error_count = execution.error_count;
        Answer::read(execution.into_whole_body(), error_count, reports)
            .map_err(|finding| Box::new(Difference { fetches, ..*attempt.difference(finding, None) }))
    }
}

/// How many operations are tried again while subgraphs misbehave.
const SPOILT_PERCENT: usize = 40;

/// How many are tried again by another plan.
const OTHER_PLAN_PERCENT: usize = 30;

impl Attempt<'_> {
    fn plan(&self, choice: Choice) -> Result<Planned, Box<Difference>> {
        self.router.plan((self.operation, self.parsed), choice)
    }

    fn difference_of(&self, finding: compare::Finding, actual: Json, reports: &Reports) -> Box<Difference> {
        Box::new(Difference { actual, fetches: reports.fetches.clone(), ..*self.difference(finding, None) })
    }

    fn difference(&self, finding: compare::Finding, answer: Option<&Answer>) -> Box<Difference> {
        Difference::of(finding, (&self.expected.evaluation.data, answer), &self.planned.text)
    }
}
