//! Why a command is not done.

use super::order::{OrderStatus, ReturnStatus};
use hansa_values::CurrencyCode;

/// Expected failures: whoever asked can do something about them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this needs a signed-in user")]
    Unauthenticated,
    #[error("the caller may not do this")]
    Forbidden,
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("this key was used before, with another input")]
    IdempotencyKeyReused,
    #[error("a quantity is 1 to {max}")]
    QuantityInvalid { max: i64 },
    #[error("there is no such variant")]
    VariantUnknown,
    #[error("this variant is not for sale")]
    NotForSale,
    #[error("a cart has at most {max} lines")]
    CartFull { max: usize },
    #[error("at most {max} lines at a time, and at least one")]
    TooManyLines { max: usize },
    #[error("the cart is empty")]
    CartEmpty,
    #[error("an order is in one currency; the cart has prices in {0} and in {1}")]
    CurrencyMixed(CurrencyCode, CurrencyCode),
    #[error("the prices add up to more than an order may be")]
    TotalTooLarge,
    #[error("there is nothing to pay: an order is of more than nothing")]
    NothingToPay,
    #[error("there is no such shipping method for this currency")]
    ShippingMethodUnknown,
    #[error("an address is the id of one of the caller's delivery addresses")]
    AddressInvalid,
    #[error("a payment method is 1 to {max} letters, digits, `_` and `-`: a token, never the number of a card")]
    PaymentMethodInvalid { max: usize },
    #[error("the checkout has expired; make another")]
    CheckoutExpired,
    #[error("this quote is not the checkout's, or prices have changed since: look at the cart again")]
    QuoteStale,
    #[error("the checkout was placed before")]
    CheckoutAlreadyPlaced,
    #[error("the order was placed before")]
    AlreadyPlaced,
    #[error("an order that is {0} cannot be cancelled")]
    NotCancellable(OrderStatus),
    #[error("some of the order is on its way; ask for a return once it is there")]
    Dispatched,
    #[error("a return has at least one line")]
    ReturnEmpty,
    #[error("{returnable} of this line can be returned")]
    NotReturnable { returnable: i64 },
    #[error("a return goes to one seller")]
    SellersMixed,
    #[error("the return is {} already", .0.as_str())]
    ReturnIs(ReturnStatus),
    #[error("the order is not paid yet; try again later")]
    NotPaid,
    #[error("a reason is 1 to {max} characters, and no control characters")]
    ReasonInvalid { max: usize },
}

impl Refusal {
    /// For programs: as the README lists it.
    pub const fn code(&self) -> &'static str {
        match self {
            Refusal::Unauthenticated => "UNAUTHENTICATED",
            Refusal::Forbidden => "FORBIDDEN",
            Refusal::NotFound(_) => "NOT_FOUND",
            Refusal::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Refusal::QuantityInvalid { .. } => "QUANTITY_INVALID",
            Refusal::VariantUnknown => "VARIANT_UNKNOWN",
            Refusal::NotForSale => "NOT_FOR_SALE",
            Refusal::CartFull { .. } => "CART_FULL",
            Refusal::TooManyLines { .. } => "TOO_MANY_LINES",
            Refusal::CartEmpty => "CART_EMPTY",
            Refusal::CurrencyMixed(..) => "CURRENCY_MIXED",
            Refusal::TotalTooLarge => "TOTAL_TOO_LARGE",
            Refusal::NothingToPay => "NOTHING_TO_PAY",
            Refusal::ShippingMethodUnknown => "SHIPPING_METHOD_UNKNOWN",
            Refusal::AddressInvalid => "ADDRESS_INVALID",
            Refusal::PaymentMethodInvalid { .. } => "PAYMENT_METHOD_INVALID",
            Refusal::CheckoutExpired => "CHECKOUT_EXPIRED",
            Refusal::QuoteStale => "QUOTE_STALE",
            Refusal::CheckoutAlreadyPlaced | Refusal::AlreadyPlaced => "CHECKOUT_ALREADY_PLACED",
            Refusal::NotCancellable(_) => "NOT_CANCELLABLE",
            Refusal::Dispatched => "DISPATCHED",
            Refusal::ReturnEmpty => "RETURN_EMPTY",
            Refusal::NotReturnable { .. } => "NOT_RETURNABLE",
            Refusal::SellersMixed => "SELLERS_MIXED",
            Refusal::ReturnIs(_) => "RETURN_DECIDED",
            Refusal::NotPaid => "NOT_PAID",
            Refusal::ReasonInvalid { .. } => "REASON_INVALID",
        }
    }

    /// Of a command that names one of its fields.
    pub fn at(self, field: impl Into<String>) -> Refused {
        Refused { refusal: self, field: field.into() }
    }
}

/// A refusal with the field of the input that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub refusal: Refusal,
    /// Path below `input`, with dots; empty for none.
    pub field: String,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        refusal.at("")
    }
}
