//! What an operation that nobody has sent before takes, step by step, in the order of the router.
//!
//! The steps are functions of their own that are never inlined, so that a profile by functions is one by steps. Of the
//! router's steps the limits are missing: they walk the syntax once.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow};
use apollo_compiler::{ExecutableDocument, ast, parser::Parser, validation::Valid};
use hansa_executor::PreparedPlan;
use hansa_query_planner::{Conditions, QueryPlanner, Specialisation, plan::QueryPlan};
use peak_alloc::PeakAlloc;

use crate::everyday_operations::Workload;

pub const STEPS: [&str; 5] = ["parse", "validate", "facts", "plan", "compile"];

/// Sums over all operations of a workload.
#[derive(Debug, Default)]
pub struct Phases {
    pub operations: usize,
    pub text_bytes: usize,
    pub fetches: usize,
    pub times: [Duration; STEPS.len()],
    /// What is held by valid documents, and by plans.
    pub document_bytes: usize,
    pub plan_bytes: usize,
    /// What the plans say that they hold.
    pub plan_weight: usize,
}

/// Memory is right only where [`PeakAlloc`] is the program's allocator and nothing else runs.
pub fn measure(workload: &Workload) -> Result<Phases> {
    let mut sums = Phases { operations: workload.operations.len(), ..Phases::default() };
    for text in &workload.operations {
        sums.text_bytes += text.len();
        one(&workload.planner, text, &mut sums)?;
    }
    Ok(sums)
}

fn one(planner: &QueryPlanner, text: &str, sums: &mut Phases) -> Result<()> {
    let before = PeakAlloc.current_usage();
    let mut start = Instant::now();
    let mut step = 0;
    let mut end_step = |sums: &mut Phases| {
        sums.times[step] += start.elapsed();
        step += 1;
        start = Instant::now();
    };
    let syntax = parse(text)?;
    end_step(sums);
    let document = validate(planner, syntax)?;
    end_step(sums);
    let conditions = facts(planner, &document)?;
    end_step(sums);
    let with_document = PeakAlloc.current_usage();
    let plan = plan(planner, &document, &conditions)?;
    end_step(sums);
    let prepared = compile(planner, plan);
    end_step(sums);
    let with_plan = PeakAlloc.current_usage();
    sums.document_bytes += with_document.saturating_sub(before);
    sums.plan_bytes += with_plan.saturating_sub(with_document);
    sums.plan_weight += prepared.weight_bytes();
    sums.fetches += prepared.plan().fetches.len();
    black_box((document, prepared));
    Ok(())
}

#[inline(never)]
fn parse(text: &str) -> Result<ast::Document> {
    let mut parser = Parser::new().token_limit(10_000).recursion_limit(200);
    parser.parse_ast(text, "operation").map_err(|invalid| anyhow!("{text}: {}", invalid.errors))
}

#[inline(never)]
fn validate(planner: &QueryPlanner, syntax: ast::Document) -> Result<Valid<ExecutableDocument>> {
    let valid = syntax.to_executable_validate(&planner.supergraph().api_schema);
    valid.map_err(|invalid| anyhow!("{}", invalid.errors))
}

#[inline(never)]
fn facts(planner: &QueryPlanner, document: &Valid<ExecutableDocument>) -> Result<Conditions> {
    let operation = document.operations.get(None).map_err(|error| anyhow!("{}", error.message()))?;
    black_box(planner.requirements(document, operation));
    black_box(planner.override_labels(document, operation));
    let variables = QueryPlanner::condition_variables(document, operation);
    Ok(Conditions(variables.into_iter().map(|name| (name, true)).collect()))
}

#[inline(never)]
fn plan(planner: &QueryPlanner, document: &Valid<ExecutableDocument>, conditions: &Conditions) -> Result<QueryPlan> {
    let operation = document.operations.get(None).map_err(|error| anyhow!("{}", error.message()))?;
    Ok(planner.plan(document, operation, Specialisation { conditions, ..Specialisation::NONE })?)
}

#[inline(never)]
fn compile(planner: &QueryPlanner, plan: QueryPlan) -> PreparedPlan {
    PreparedPlan::new(plan, planner.supergraph())
}
