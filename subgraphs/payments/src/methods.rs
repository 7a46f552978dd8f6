//! Commands of buyers: what they pay with. Tokens of the provider alone are kept; a token goes to the provider with the order
//! that it pays, and what comes of it is the provider's word.

use crate::{
    CommandError, Payments,
    domain::{Refusal, ids::PaymentMethodId},
    requests::is_token,
    tables::payment_methods::{self, PaymentMethodRow},
};
use hansa_event_sourcing::Command;
use hansa_messaging::is_erased;
use hansa_relational::Begun;
use hansa_subgraph_host::{Caller, Done, Resource};
use hansa_values::UserId;
use serde::{Deserialize, Serialize};

/// One buyer has so many at most.
const METHODS_MAX: usize = 20;

/// Input of `paymentMethodAttach`.
#[derive(Debug, Clone, Serialize)]
pub struct PaymentMethodAttach {
    pub token: String,
}

/// Input of `paymentMethodDetach`.
#[derive(Debug, Clone, Serialize)]
pub struct PaymentMethodDetach {
    /// As the client gave it.
    pub id: String,
}

/// What a repetition needs to know of the first time.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    id: PaymentMethodId,
}

impl Payments {
    /// Keeps a token of the provider for its owner. One that is kept already is given again.
    pub async fn payment_method_attach(
        &self,
        caller: &Caller,
        command: &Command,
        input: PaymentMethodAttach,
    ) -> Result<Done<PaymentMethodRow>, CommandError> {
        let owner = self.owner(caller, "paymentMethodAttach")?;
        if !is_token(&input.token) {
            return Err(Refusal::PaymentMethodInvalid.into());
        }
        let mut unit = match self.db.begin::<Kept>(command).await? {
            Begun::Replayed(Kept { id }) => {
                let row = payment_methods::by_id(&self.db, id).await?;
                return Ok(Done { value: row.ok_or(Refusal::NotFound("payment method"))?, replayed: true });
            }
            Begun::Fresh(unit) => unit,
        };
        if is_erased(&mut unit, owner).await? {
            return Err(Refusal::Unauthenticated.into());
        }
        let known = payment_methods::of_user(&mut unit, owner).await?;
        let is_new = known.iter().all(|method| method.token != input.token);
        if is_new && known.len() >= METHODS_MAX {
            return Err(Refusal::TooManyPaymentMethods { max: METHODS_MAX }.into());
        }
        let row = PaymentMethodRow { id: command.ids.id(), owner, token: input.token, created_at: command.now };
        payment_methods::insert(&mut unit, &row).await?;
        let kept = payment_methods::of_user(&mut unit, owner).await?;
        let kept = kept.into_iter().find(|method| method.token == row.token).unwrap_or(row);
        unit.commit(&Kept { id: kept.id }).await?;
        Ok(Done { value: kept, replayed: false })
    }

    /// Forgets it. Orders that were placed with it are paid all the same.
    pub async fn payment_method_detach(
        &self,
        caller: &Caller,
        command: &Command,
        input: PaymentMethodDetach,
    ) -> Result<Done<PaymentMethodId>, CommandError> {
        let owner = self.owner(caller, "paymentMethodDetach")?;
        let not_found = Refusal::NotFound("payment method");
        let id: PaymentMethodId = input.id.parse().map_err(|_| not_found.clone())?;
        let mut unit = match self.db.begin::<Kept>(command).await? {
            Begun::Replayed(Kept { id }) => return Ok(Done { value: id, replayed: true }),
            Begun::Fresh(unit) => unit,
        };
        let method = payment_methods::by_id(&mut unit, id).await?;
        method.filter(|method| method.owner == owner).ok_or(not_found)?;
        payment_methods::delete(&mut unit, id).await?;
        unit.commit(&Kept { id }).await?;
        Ok(Done { value: id, replayed: false })
    }

    /// The caller, where the policies permit it: a user, whom visitors and API keys are not.
    fn owner(&self, caller: &Caller, action: &str) -> Result<UserId, Refusal> {
        let owner = caller.user.ok_or(Refusal::Unauthenticated)?;
        if self.may(caller, action, &method_resource(owner)) { Ok(owner) } else { Err(Refusal::Forbidden) }
    }
}

/// A buyer's payment methods, as policies see them.
pub(crate) fn method_resource(owner: UserId) -> Resource {
    Resource::new("PaymentMethod", "").with("owner", owner)
}
