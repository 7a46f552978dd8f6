//! Units of orders' lines that leave or come back: spread over the warehouses that they were sold from.

use super::published::LinePart;
use crate::{
    domain::{ReservationId, StockItemId},
    shelf::Shelf,
    tables::reservations::{self, HoldStanding, LineRow, Way},
};
use hansa_messaging::HandleError;
use hansa_relational::UnitOfWork;
use std::collections::BTreeSet;

/// More lines are a mistake of whoever asks.
const LINES_MAX: usize = 1_000;

/// Events that are handled one by one instead.
#[derive(Debug, thiserror::Error)]
#[error("these events name more than {LINES_MAX} lines together")]
struct TooManyLines;

/// The parts of some lines, whose stock items are locked.
pub(super) struct SoldLines {
    pub(super) shelf: Shelf,
    rows: Vec<LineRow>,
}

impl SoldLines {
    /// Of some events at once: whoever changes stock locks all of it first, in its order, so that nobody waits in a circle.
    pub(super) async fn open(unit: &mut UnitOfWork, events: &[&[LinePart]]) -> Result<SoldLines, HandleError> {
        let count: usize = events.iter().map(|lines| lines.len()).sum();
        match events {
            _ if count <= LINES_MAX => {}
            [_] => return Err(HandleError::Poison(format!("an event names at most {LINES_MAX} lines of an order"))),
            _ => return Err(HandleError::Retry(Box::new(TooManyLines))),
        }
        let ids: BTreeSet<&str> = events.iter().copied().flatten().map(|line| line.line_id.as_str()).collect();
        let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
        // Which stock items are to be locked is known before; what became of the lines is read after.
        let rows = reservations::of_lines(&mut *unit, &ids).await?;
        let items: BTreeSet<StockItemId> = rows.iter().map(|row| row.item).collect();
        let shelf = Shelf::load(unit, &BTreeSet::new(), &items).await?;
        let rows = reservations::of_lines(&mut *unit, &ids).await?;
        Ok(SoldLines { shelf, rows })
    }

    /// Whether some of these lines are of an order that is still being placed: their units are held, or were and will be again.
    pub(super) fn is_unsold(&self, lines: &[LinePart]) -> bool {
        let is_newest = |row: &LineRow| self.newest(&row.line) == Some(row.reservation);
        let is_unsold = |row: &LineRow| matches!(row.standing, HoldStanding::Held | HoldStanding::Expired);
        let is_one = |row: &LineRow| lines.iter().any(|line| line.line_id == row.line);
        self.rows.iter().any(|row| is_one(row) && is_unsold(row) && is_newest(row))
    }

    fn newest(&self, line: &str) -> Option<ReservationId> {
        self.rows.iter().rfind(|row| row.line == line).map(|row| row.reservation)
    }

    /// Notes what goes this way of a line, part by part. Gives the parts with how many units of each; there are fewer than
    /// the line says where fewer can go.
    pub(super) async fn pass(
        &mut self,
        unit: &mut UnitOfWork,
        (line, way): (&LinePart, Way),
    ) -> Result<Vec<(LineRow, i64)>, HandleError> {
        let (mut left, mut passed) = (line.quantity, Vec::new());
        let newest = self.newest(&line.line_id);
        // What was given back before the newest reservation was made never was in a parcel.
        let is_old = |row: &LineRow| {
            way == Way::Out && row.standing == HoldStanding::Released && Some(row.reservation) != newest
        };
        for row in self.rows.iter_mut().filter(|row| row.line == line.line_id && !is_old(row)) {
            let quantity = left.min(row.room(way));
            if quantity > 0 {
                reservations::pass(unit, row, (way, quantity)).await?;
                passed.push((row.clone(), quantity));
                left -= quantity;
            }
        }
        if left > 0 {
            tracing::warn!(line.id = line.line_id, left, ?way, "more units of a line are told of than can go this way");
        }
        Ok(passed)
    }
}
