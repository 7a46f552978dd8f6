//! Which warehouses serve the lines of an order: all lines, or none.

use super::{RefusalReason, RefusedLine, ReservedLine, StockItemId, VariantId, WarehouseId, stock_item};
use std::collections::HashMap;

/// More lines are a mistake of whoever asks.
pub(crate) const LINES_MAX: usize = 200;

/// Lines over several warehouses have more parts; each is an event of one commit.
const PARTS_MAX: usize = 900;

/// What an order wants of one variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WantedLine {
    pub(crate) line: String,
    pub(crate) variant: VariantId,
    pub(crate) quantity: i64,
}

/// A stock item that could serve, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) item: StockItemId,
    pub(crate) warehouse: WarehouseId,
    pub(crate) available: i64,
}

/// Why nothing is reserved, with the lines that are the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotAllocated {
    pub(crate) reason: RefusalReason,
    pub(crate) lines: Vec<RefusedLine>,
}

/// Candidates are in the order in which they are to be used; a variant without an entry is unknown.
pub(crate) type Candidates = HashMap<VariantId, Vec<Candidate>>;

/// Takes each line from the first warehouse that has all of it; only where none has, from several in their order.
pub(crate) fn allocate(lines: &[WantedLine], candidates: &mut Candidates) -> Result<Vec<ReservedLine>, NotAllocated> {
    check(lines)?;
    let unknown = lines.iter().filter(|line| !candidates.contains_key(&line.variant));
    refuse(RefusalReason::UnknownVariant, unknown.map(|line| refused(line, 0)).collect())?;
    let mut reserved = Vec::with_capacity(lines.len());
    let mut short = Vec::new();
    for line in lines {
        let Some(of_variant) = candidates.get_mut(&line.variant) else { continue };
        let available: i64 = of_variant.iter().map(|candidate| candidate.available).sum();
        if available < line.quantity {
            short.push(refused(line, available));
            continue;
        }
        take(line, of_variant, &mut reserved);
    }
    refuse(RefusalReason::OutOfStock, short)?;
    match reserved.len() {
        0..=PARTS_MAX => Ok(reserved),
        _ => Err(NotAllocated { reason: RefusalReason::InvalidLines, lines: Vec::new() }),
    }
}

fn check(lines: &[WantedLine]) -> Result<(), NotAllocated> {
    let is_wrong = |line: &&WantedLine| stock_item::checked_quantity(line.quantity).is_err();
    refuse(RefusalReason::InvalidLines, lines.iter().filter(is_wrong).map(|line| refused(line, 0)).collect())?;
    match (1..=LINES_MAX).contains(&lines.len()) {
        true => Ok(()),
        false => Err(NotAllocated { reason: RefusalReason::InvalidLines, lines: Vec::new() }),
    }
}

fn take(line: &WantedLine, candidates: &mut [Candidate], reserved: &mut Vec<ReservedLine>) {
    let mut take_from = |candidate: &mut Candidate, quantity: i64| {
        candidate.available -= quantity;
        reserved.push(ReservedLine {
            line_id: line.line.clone(),
            variant_id: line.variant,
            warehouse_id: candidate.warehouse,
            stock_item_id: candidate.item,
            quantity,
        });
    };
    if let Some(alone) = candidates.iter_mut().find(|candidate| candidate.available >= line.quantity) {
        return take_from(alone, line.quantity);
    }
    let mut missing = line.quantity;
    for candidate in candidates {
        let quantity = candidate.available.min(missing);
        if quantity > 0 {
            take_from(candidate, quantity);
            missing -= quantity;
        }
    }
}

fn refuse(reason: RefusalReason, lines: Vec<RefusedLine>) -> Result<(), NotAllocated> {
    if lines.is_empty() { Ok(()) } else { Err(NotAllocated { reason, lines }) }
}

fn refused(line: &WantedLine, available: i64) -> RefusedLine {
    RefusedLine { line_id: line.line.clone(), variant_id: line.variant, available }
}
