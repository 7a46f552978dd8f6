//! Commands of staff: who may, what the domain says, and one commit for state, events and the idempotency record.

use crate::{
    Payments,
    domain::{
        Refusal,
        event::PayoutScheduled,
        ids::{PaymentId, PayoutId, RefundId, VendorId},
        ledger::{Account, Entry, EntryKind, payout_lines},
        operation::OperationKind,
        payment::Payment,
    },
    payments::{ledger_resource, payment_resource},
    requests::{act_for_order, begin_refund, new_operation},
    tables::{
        ledger, order_shares, payments,
        payouts::{self, PayoutRow},
        refunds::{self, RefundRow},
    },
};
use hansa_event_sourcing::{Command, DomainEvent};
use hansa_relational::{Begun, Source, StoreError, UnitOfWork};
use hansa_subgraph_host::{Caller, Done};
use hansa_values::{Money, TenantId};
use serde::{Deserialize, Serialize};

const REASON_CHARACTERS_MAX: usize = 200;

/// Input of `refundCreate`.
#[derive(Debug, Clone, Serialize)]
pub struct RefundCreate {
    /// As the client gave it.
    pub payment_id: String,
    /// All that is left, where there is none.
    pub amount: Option<Money>,
    pub reason: String,
}

/// Input of `payoutSchedule`.
#[derive(Debug, Clone, Serialize)]
pub struct PayoutSchedule {
    /// As the client gave it.
    pub vendor_id: String,
    pub amount: Money,
}

/// A command of this context that was not done.
pub type CommandError = hansa_subgraph_host::CommandError<Refusal>;

/// What a repetition needs to know of the first time.
#[derive(Debug, Serialize, Deserialize)]
struct Changed<T> {
    id: T,
}

impl Payments {
    /// Gives money back: it is held back from further refunds at once, and goes when the provider says so.
    pub async fn refund_create(
        &self,
        caller: &Caller,
        command: &Command,
        input: RefundCreate,
    ) -> Result<Done<(Payment, RefundRow)>, CommandError> {
        let id: PaymentId = input.payment_id.parse().map_err(|_| Refusal::NotFound("payment"))?;
        let reason = input.reason.trim();
        if !(1..=REASON_CHARACTERS_MAX).contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
            return Err(Refusal::ReasonInvalid.into());
        }
        let mut unit = match self.db.begin::<Changed<RefundId>>(command).await? {
            Begun::Replayed(Changed { id }) => return self.refunded_before(id).await,
            Begun::Fresh(unit) => unit,
        };
        let payment = payments::by_id(&mut unit, id).await?;
        let payment = self.refundable(&mut unit, caller, payment).await?;
        act_for_order(&mut unit, &payment);
        let operation = new_operation(&unit, OperationKind::Refund, (command.ids.uuid(), payment.order_id));
        let (payment, id) = begin_refund(&mut unit, (payment, operation), (input.amount, reason)).await??;
        let refund = refunds::by_id(&mut unit, id).await?.ok_or(StoreError::NoRow)?;
        unit.commit(&Changed { id }).await?;
        Ok(Done { value: (payment, refund), replayed: false })
    }

    /// Sends a vendor what is theirs.
    pub async fn payout_schedule(
        &self,
        caller: &Caller,
        command: &Command,
        input: PayoutSchedule,
    ) -> Result<Done<PayoutRow>, CommandError> {
        let vendor: VendorId = input.vendor_id.parse().map_err(|_| Refusal::NotFound("vendor"))?;
        let mut unit = match self.db.begin::<Changed<PayoutId>>(command).await? {
            Begun::Replayed(Changed { id }) => {
                let value = payouts::by_id(&self.db, id).await?.ok_or(Refusal::NotFound("payout"))?;
                return Ok(Done { value, replayed: true });
            }
            Begun::Fresh(unit) => unit,
        };
        let tenant = self.payable(&mut unit, (caller, vendor), input.amount).await?;
        let amount = input.amount;
        let id: PayoutId = command.ids.id();
        let payout = PayoutRow { id, vendor, tenant, amount, created_at: command.now };
        payouts::insert(&mut unit, &payout).await?;
        let entry = Entry {
            id: command.ids.id(),
            kind: EntryKind::Payout,
            business_event: format!("payout/{id}"),
            payment: None,
            currency: amount.currency,
            lines: payout_lines(amount, vendor, tenant),
        };
        ledger::post(&mut unit, &entry).await?;
        let scheduled = PayoutScheduled { payout_id: id, vendor_id: vendor, tenant_id: tenant, amount };
        unit.record(DomainEvent::new("payout", (id.to_string(), 1), Some(tenant), &scheduled));
        unit.commit(&Changed { id }).await?;
        Ok(Done { value: payout, replayed: false })
    }

    /// Whose the vendor is, where the amount may be paid.
    async fn payable(
        &self,
        unit: &mut UnitOfWork,
        (caller, vendor): (&Caller, VendorId),
        amount: Money,
    ) -> Result<TenantId, CommandError> {
        let accounts = ledger::of_vendor(&mut *unit, vendor).await?;
        let tenant = accounts.iter().find_map(|account| account.vendor).map(|(_, tenant)| tenant);
        let tenant = tenant.filter(|tenant| self.may(caller, "payoutRead", &ledger_resource(Some(*tenant))));
        let tenant = tenant.ok_or(Refusal::NotFound("vendor"))?;
        if !self.may(caller, "payoutSchedule", &ledger_resource(Some(tenant))) {
            return Err(Refusal::Forbidden.into());
        }
        if amount.minor_units <= 0 {
            return Err(Refusal::AmountNotPositive.into());
        }
        let id = Account::payable(vendor, tenant, amount.currency).id();
        ledger::lock(unit, &id).await?;
        let Some(account) = ledger::account(&mut *unit, &id).await? else {
            let currency = accounts.first().map_or(amount.currency, |account| account.currency);
            return Err(Refusal::CurrencyMismatch { currency }.into());
        };
        let balance = account.balance();
        if balance.minor_units < amount.minor_units {
            return Err(Refusal::BalanceTooSmall { balance }.into());
        }
        Ok(tenant)
    }

    /// The payment, where the caller may see it and give money back.
    async fn refundable(
        &self,
        unit: &mut UnitOfWork,
        caller: &Caller,
        payment: Option<Payment>,
    ) -> Result<Payment, CommandError> {
        let payment = payment.ok_or(Refusal::NotFound("payment"))?;
        let resource = payment_resource(&payment, sole_tenant(&mut *unit, &payment).await?);
        if !self.may(caller, "paymentRead", &resource) {
            return Err(Refusal::NotFound("payment").into());
        }
        match self.may(caller, "refundCreate", &resource) {
            true => Ok(payment),
            false => Err(Refusal::Forbidden.into()),
        }
    }

    async fn refunded_before(&self, id: RefundId) -> Result<Done<(Payment, RefundRow)>, CommandError> {
        let refund = refunds::by_id(&self.db, id).await?.ok_or(Refusal::NotFound("refund"))?;
        let payment = payments::by_id(&self.db, refund.payment).await?.ok_or(Refusal::NotFound("payment"))?;
        Ok(Done { value: (payment, refund), replayed: true })
    }
}

/// The tenant that sells everything in the order of a payment; `None` where there are several, or it is not known.
pub(crate) async fn sole_tenant(source: impl Source, payment: &Payment) -> Result<Option<TenantId>, StoreError> {
    let shares = order_shares::of_order(source, payment.order_id).await?;
    let first = shares.first().map(|share| share.tenant);
    Ok(first.filter(|tenant| shares.iter().all(|share| share.tenant == *tenant)))
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> CommandError {
        CommandError::Refused(refusal)
    }
}
