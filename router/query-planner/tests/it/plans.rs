//! Every case's plan is as its folder says, and the same each time.

use crate::case_folders::{CaseOperation, cases, conditions, document, planner};
use expect_test::expect_file;
use hansa_query_planner::QueryPlanner;

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
        // A planner of its own each time: nothing may depend on what was planned before.
        let first: Vec<String> = operations.iter().map(|operation| plan_text(&planner(&folder), operation)).collect();
        for _ in 1..20 {
            let planner = planner(&folder);
            let again: Vec<String> = operations.iter().map(|operation| plan_text(&planner, operation)).collect();
            assert_eq!(again, first, "{}", folder.display());
        }
    }
}

fn plan_text(planner: &QueryPlanner, operation: &CaseOperation) -> String {
    let document = document(planner, operation);
    let conditions = conditions(planner, &document, operation);
    match planner.plan(&document, document.operations.get(None).unwrap(), &conditions) {
        Ok(plan) => plan.to_text(planner.supergraph()),
        Err(error) => format!("no plan: {error}\n"),
    }
}
