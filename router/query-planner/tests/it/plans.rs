//! Every case's plan is as its folder says, and the same each time.

use crate::case_folders::{CaseOperation, cases, conditions, document, planner, unmet};
use expect_test::expect_file;
use hansa_query_planner::{QueryPlanner, Specialisation};

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

fn plan_text(planner: &QueryPlanner, operation: &CaseOperation) -> String {
    let document = document(planner, operation);
    let conditions = conditions(planner, &document, operation);
    let unmet = unmet(planner, &document, operation);
    let specialisation =
        Specialisation { conditions: &conditions, unmet: &unmet, is_incremental: true, ..Specialisation::NONE };
    match planner.plan(&document, document.operations.get(None).unwrap(), specialisation) {
        Ok(plan) => plan.to_text(planner.supergraph()),
        Err(error) => format!("no plan: {error}\n"),
    }
}
