//! Another preference gives another plan for all that the cheapest one plans, and the same one each time.

use crate::case_folders::{cases, conditions, document, planner, unmet};
use apollo_compiler::ExecutableDocument;
use hansa_query_planner::{Preference, QueryPlanner, Specialisation};
use std::path::Path;

const SEEDS: u64 = 8;

#[test]
fn alternatives_exist_for_whatever_has_a_plan_and_are_the_same_each_time() {
    let (mut planned, mut with_another) = (0, 0);
    for (folder, operations) in cases() {
        let cheapest = planner(&folder);
        for operation in operations {
            let document = document(&cheapest, &operation);
            let conditions = conditions(&cheapest, &document, &operation);
            let unmet = unmet(&cheapest, &document, &operation);
            let specialisation =
                Specialisation { conditions: &conditions, unmet: &unmet, is_incremental: true, ..Specialisation::NONE };
            let plan = |planner: &QueryPlanner| {
                let plan = planner.plan(&document, document.operations.get(None).unwrap(), specialisation);
                plan.map(|plan| plan.to_text(planner.supergraph()))
            };
            let Ok(usual) = plan(&cheapest) else { continue };
            planned += 1;
            let mut is_another = false;
            for seed in 0..SEEDS {
                let alternative = cheapest.with_preference(Preference::Alternative(seed));
                let text = plan(&alternative);
                let text = text.unwrap_or_else(|error| panic!("{}, seed {seed}: {error}", folder.display()));
                is_another |= text != usual;
                assert_eq!(plan(&alternative).unwrap(), text, "{}, seed {seed}", folder.display());
            }
            with_another += u32::from(is_another);
        }
    }
    // Most cases have fields that one subgraph alone can give.
    assert!(with_another * 20 > planned, "{with_another} of {planned} operations have another plan");
    println!("{with_another} of {planned} operations have another plan");
}

#[test]
fn the_default_preference_is_the_planners_own() {
    assert_eq!(Preference::default(), Preference::Cheapest);
    for (folder, operations) in cases() {
        let planner = planner(&folder);
        let same = planner.with_preference(Preference::Alternative(1)).with_preference(Preference::Cheapest);
        for operation in operations {
            let document = document(&planner, &operation);
            let conditions = conditions(&planner, &document, &operation);
            let unmet = unmet(&planner, &document, &operation);
            let specialisation =
                Specialisation { conditions: &conditions, unmet: &unmet, is_incremental: true, ..Specialisation::NONE };
            let plan = |planner: &QueryPlanner| {
                let plan = planner.plan(&document, document.operations.get(None).unwrap(), specialisation);
                plan.map(|plan| plan.to_text(planner.supergraph())).unwrap_or_default()
            };
            assert_eq!(plan(&planner), plan(&same), "{}", folder.display());
        }
    }
}

#[test]
fn no_subgraph_is_asked_for_what_it_is_told() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/demo");
    let planner = planner(&demo);
    let text = "{ pieces { id title } }";
    let schema = &planner.supergraph().api_schema;
    let document = ExecutableDocument::parse_and_validate(schema, text, "operation.graphql").unwrap();
    let plan = |planner: &QueryPlanner| {
        let plan = planner.plan(&document, document.operations.get(None).unwrap(), Specialisation::NONE).unwrap();
        plan.to_text(planner.supergraph())
    };
    // Reviews and stock have pieces by their id, and would only repeat it.
    for seed in 0..32 {
        let alternative = planner.with_preference(Preference::Alternative(seed));
        assert_eq!(plan(&alternative), plan(&planner), "seed {seed}");
    }
}
