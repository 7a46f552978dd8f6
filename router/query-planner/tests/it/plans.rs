//! Every case's plan is as its folder says, and the same each time.

use crate::case_folders::{CaseOperation, active_labels, cases, conditions, document, planner, unmet};
use expect_test::expect_file;
use hansa_federation::LabelId;
use hansa_query_planner::{QueryPlanner, Specialisation};
use std::collections::BTreeMap;

#[test]
fn plans_are_as_expected() {
    for (folder, operations) in cases() {
        let planner = planner(&folder);
        for operation in operations {
            let plan = plan_text(&planner, &operation);
            expect_file![operation.file("plan.txt")].assert_eq(&plan);
        }
    }
}

#[test]
fn the_same_operation_has_the_same_plan_each_time() {
    for (folder, operations) in cases() {
        // Neither what was planned before nor how the supergraph was read may show.
        let planners = [planner(&folder), planner(&folder)];
        for operation in operations {
            let first = plan_text(&planners[0], &operation);
            for _ in 0..10 {
                assert!(planners.iter().all(|planner| plan_text(planner, &operation) == first), "{}", folder.display());
            }
        }
    }
}

/// Caches of plans know them by the labels that matter; the others must not matter.
#[test]
fn labels_that_an_operation_does_not_name_do_not_change_its_plan() {
    let folders = cases().into_iter().filter(|(folder, _)| !planner(folder).supergraph().override_labels.is_empty());
    let mut differing = 0;
    for (folder, operations) in folders {
        let planner = planner(&folder);
        let all: Vec<LabelId> = (0..planner.supergraph().override_labels.len() as u32).map(LabelId).collect();
        for operation in operations {
            let document = document(&planner, &operation);
            let wanted = planner.override_labels(&document, document.operations.get(None).unwrap());
            let mut plans = BTreeMap::new();
            for subset in 0..1u32 << all.len() {
                let active: Vec<LabelId> = all.iter().copied().filter(|label| subset & (1 << label.0) != 0).collect();
                let plan = plan_with(&planner, &operation, &active);
                let matter: Vec<LabelId> = active.into_iter().filter(|label| wanted.contains(label)).collect();
                let known = plans.entry(matter).or_insert_with(|| plan.clone());
                assert_eq!(*known, plan, "{}", operation.path.display());
            }
            differing += plans.len() - 1;
        }
    }
    assert!(differing > 0, "no operation has a plan that depends on labels");
}

fn plan_text(planner: &QueryPlanner, operation: &CaseOperation) -> String {
    let document = document(planner, operation);
    plan_with(planner, operation, &active_labels(planner, &document, operation))
}

fn plan_with(planner: &QueryPlanner, operation: &CaseOperation, active_labels: &[LabelId]) -> String {
    let document = document(planner, operation);
    let conditions = conditions(planner, &document, operation);
    let unmet = unmet(planner, &document, operation);
    let specialisation = Specialisation { conditions: &conditions, unmet: &unmet, active_labels, is_incremental: true };
    match planner.plan(&document, document.operations.get(None).unwrap(), specialisation) {
        Ok(plan) => plan.to_text(planner.supergraph()),
        Err(error) => format!("no plan: {error}\n"),
    }
}
