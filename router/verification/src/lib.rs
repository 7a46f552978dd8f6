//! Random operations on an API schema, what answers teach for the next ones, answers compared, and the operation of a
//! difference made small. For `hansa verify`, which asks each operation by two plans. Pure: equal seeds and answers give
//! equal operations.

mod comparison;
mod coverage;
mod generator;
mod harvest;
mod operation;
mod random;
mod read_operation;
mod shrink;
mod walk;

pub use comparison::{Answer, AnswerError, Difference, PathStep, path_text, positions};
pub use coverage::Coverage;
pub use generator::{Generator, GeneratorLimits};
pub use harvest::Harvest;
pub use operation::{Field, Fragment, Operation, Selection, Variable};
pub use random::Random;
pub use read_operation::read_operation;
pub use shrink::cuts;
pub use walk::{Coordinate, coordinate_at, learn};
