//! Why a command was not done: closed lists, in README.md with the mutations that give them.

/// What a stock item does not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StockRefusal {
    #[error("a quantity is not below zero")]
    NegativeQuantity,
    #[error("nothing would change: the quantity is zero")]
    QuantityZero,
    #[error("there can be at most 1,000,000,000 units of a variant in a warehouse")]
    QuantityTooLarge,
    #[error("{held} units are held for orders, {awaiting} sold ones await dispatch, and fewer would be left")]
    BelowReserved { held: i64, awaiting: i64 },
    #[error("{available} units are available")]
    OutOfStock { available: i64 },
    #[error("this reservation has a hold already")]
    HeldAlready,
    #[error("this reservation has no hold")]
    NoHold,
}

/// An expected failure of a mutation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the caller may not do this in the acting tenant")]
    Forbidden,
    #[error("there is no such warehouse")]
    WarehouseNotFound { field: &'static str },
    #[error("the acting tenant has no such variant")]
    UnknownVariant,
    #[error("units are moved from one warehouse to another, not to the same")]
    SameWarehouse,
    #[error("a warehouse's code has 1 to 32 letters, digits, `-`, `_` or `.`")]
    CodeInvalid,
    #[error("another warehouse of the tenant has this code")]
    CodeTaken,
    #[error("a name has 1 to 120 characters, and no control characters")]
    NameInvalid,
    #[error("a priority is 0 to 1,000")]
    PriorityInvalid,
    #[error("a tenant has at most 100 warehouses")]
    TooManyWarehouses,
    #[error("a reference has 1 to 120 characters, and no control characters")]
    ReferenceInvalid,
    #[error("the version is {current} now")]
    VersionConflict { current: i64 },
    #[error("this key was used before, with another input")]
    IdempotencyKeyReused,
    #[error(transparent)]
    Stock(#[from] StockRefusal),
}

impl Refusal {
    /// All codes of this context's user errors, apart from those of the host.
    pub const CODES: &'static [&'static str] = &[
        "BELOW_RESERVED",
        "CODE_INVALID",
        "CODE_TAKEN",
        "FORBIDDEN",
        "IDEMPOTENCY_KEY_INVALID",
        "IDEMPOTENCY_KEY_REUSED",
        "NAME_INVALID",
        "NEGATIVE_QUANTITY",
        "PRIORITY_INVALID",
        "QUANTITY_TOO_LARGE",
        "QUANTITY_ZERO",
        "REFERENCE_INVALID",
        "SAME_WAREHOUSE",
        "TOO_MANY_WAREHOUSES",
        "UNKNOWN_VARIANT",
        "VERSION_CONFLICT",
        "WAREHOUSE_NOT_FOUND",
    ];
}
