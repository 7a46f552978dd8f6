//! Which warehouses serve: by their order, alone where one can, all lines or none.

use super::{item, variant, warehouse};
use crate::domain::{Candidate, Candidates, LINES_MAX, RefusalReason, WantedLine, allocate};

fn wanted(line: &str, number: u128, quantity: i64) -> WantedLine {
    WantedLine { line: line.to_owned(), variant: variant(number), quantity }
}

/// Variants with what their warehouses have; the item has the number of variant and warehouse.
fn stock(of: &[(u128, &[i64])]) -> Candidates {
    let candidate = |variant: u128, place: usize, available: i64| Candidate {
        item: item(variant * 100 + place as u128),
        warehouse: warehouse(place as u128),
        available,
    };
    let of_variant = |(number, available): &(u128, &[i64])| {
        let candidates = available.iter().enumerate().map(|(place, available)| candidate(*number, place, *available));
        (variant(*number), candidates.collect())
    };
    of.iter().map(of_variant).collect()
}

/// Line, warehouse and quantity.
type Part = (String, u128, i64);

/// Parts of lines; or the reason and what there is.
fn allocated(lines: &[WantedLine], of: &[(u128, &[i64])]) -> Result<Vec<Part>, (RefusalReason, Vec<i64>)> {
    match allocate(lines, &mut stock(of)) {
        Ok(parts) => Ok(parts
            .into_iter()
            .map(|part| (part.line_id, part.warehouse_id.uuid().as_u128(), part.quantity))
            .collect()),
        Err(not) => Err((not.reason, not.lines.iter().map(|line| line.available).collect())),
    }
}

fn part(line: &str, place: u128, quantity: i64) -> Part {
    (line.to_owned(), place, quantity)
}

#[test]
fn the_first_warehouse_that_has_all_of_it_serves() {
    assert_eq!(allocated(&[wanted("a", 1, 3)], &[(1, &[5, 9])]), Ok(vec![part("a", 0, 3)]));
    assert_eq!(allocated(&[wanted("a", 1, 3)], &[(1, &[2, 3, 9])]), Ok(vec![part("a", 1, 3)]));
}

#[test]
fn a_line_is_split_only_where_it_must_be() {
    let split = Ok(vec![part("a", 0, 2), part("a", 2, 3), part("a", 3, 1)]);
    assert_eq!(allocated(&[wanted("a", 1, 6)], &[(1, &[2, 0, 3, 4])]), split);
}

#[test]
fn lines_of_one_variant_share_what_there_is() {
    let lines = [wanted("a", 1, 3), wanted("b", 1, 3)];
    assert_eq!(allocated(&lines, &[(1, &[4, 3])]), Ok(vec![part("a", 0, 3), part("b", 1, 3)]));
    assert_eq!(allocated(&lines, &[(1, &[4])]), Err((RefusalReason::OutOfStock, vec![1])));
}

#[test]
fn all_lines_or_none() {
    let lines = [wanted("a", 1, 3), wanted("b", 2, 9), wanted("c", 3, 1)];
    let refused = Err((RefusalReason::OutOfStock, vec![8, 0]));
    assert_eq!(allocated(&lines, &[(1, &[3]), (2, &[4, 4]), (3, &[])]), refused);
}

#[test]
fn wrong_lines_are_refused() {
    let unknown = Err((RefusalReason::UnknownVariant, vec![0]));
    assert_eq!(allocated(&[wanted("a", 1, 1), wanted("b", 2, 1)], &[(1, &[3])]), unknown);
    assert_eq!(allocated(&[], &[]), Err((RefusalReason::InvalidLines, vec![])));
    for quantity in [0, -1, i64::MAX] {
        let refused = Err((RefusalReason::InvalidLines, vec![0]));
        assert_eq!(allocated(&[wanted("a", 1, quantity)], &[(1, &[3])]), refused, "{quantity}");
    }
    let many: Vec<WantedLine> = (0..=LINES_MAX).map(|number| wanted(&number.to_string(), 1, 1)).collect();
    assert_eq!(allocated(&many, &[(1, &[1_000])]), Err((RefusalReason::InvalidLines, vec![])));
    assert!(allocated(&many[1..], &[(1, &[1_000])]).is_ok());
    // More parts than one commit takes.
    let wide: Vec<WantedLine> = (0..10).map(|number| wanted(&number.to_string(), number + 1, 100)).collect();
    let ones = [1; 100];
    let of: Vec<(u128, &[i64])> = (1..=10).map(|number| (number, &ones[..])).collect();
    assert_eq!(allocated(&wide, &of), Err((RefusalReason::InvalidLines, vec![])));
}
