//! What the placing of an order asks of this context. A request is only noted here, with a job that calls the provider
//! after the commit: see `calls.rs`. A request that comes again is answered again, or is still under way.

mod content;
mod refunding;

pub(crate) use refunding::{begin_refund, give_back_what_is_free, hold_back_undone};

use crate::{
    calls,
    domain::{
        event::{PaymentEvent, Requested},
        ids::{OrderId, PaymentId},
        operation::{Operation, OperationKind, OperationState},
        payment::{Payment, PaymentStatus},
    },
    tables::{operations, order_shares, payments},
};
use content::{AuthorisationRequested, CaptureRequested, OrderPlaced, RefundRequested, VoidRequested};
use hansa_event_sourcing::DomainEvent;
use hansa_messaging::{Consumer, HandleError, HandleFuture, Listening, OnFailure, ReceivedEvent};
use hansa_relational::{StoreError, UnitOfWork};
use hansa_values::Money;
use uuid::Uuid;

/// The longest token of a payment method.
const METHOD_CHARACTERS_MAX: usize = 100;

/// The consumer of what orders ask for. It halts on what it cannot handle: this is money.
#[derive(Debug)]
pub struct Requests;

impl Requests {
    pub const NAME: &'static str = "payment-requests";

    pub const LISTENS: &'static [Listening] = &[
        Listening { context: "orders", aggregate: "order", events: &[("placed", 1)] },
        Listening {
            context: "orders",
            aggregate: "order_placement",
            events: &[
                ("authorisation_requested", 1),
                ("capture_requested", 1),
                ("void_requested", 1),
                ("refund_requested", 1),
            ],
        },
    ];
}

impl Consumer for Requests {
    fn name(&self) -> &'static str {
        Requests::NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        Requests::LISTENS
    }

    fn on_failure(&self) -> OnFailure {
        OnFailure::Halt
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            match (event.event.aggregate.as_str(), event.event.event_type.as_str()) {
                ("order", "placed") => order_placed(unit, event.content()?).await,
                ("order_placement", "authorisation_requested") => authorise(unit, event.content()?).await,
                ("order_placement", "capture_requested") => capture(unit, event.content()?).await,
                ("order_placement", "void_requested") => void(unit, event.content()?).await,
                ("order_placement", "refund_requested") => refund(unit, event.content()?).await,
                // Another type of these aggregates: not for us.
                _ => Ok(()),
            }
        })
    }
}

/// Whether an event that orders publish has the form that is read here.
#[cfg(test)]
pub(crate) fn readable(event: &hansa_event_sourcing::RecordedEvent) -> Result<(), String> {
    use hansa_event_sourcing::testing::reads;
    match event.event_type.as_str() {
        "placed" => reads::<OrderPlaced>(event),
        "authorisation_requested" => reads::<AuthorisationRequested>(event),
        "capture_requested" => reads::<CaptureRequested>(event),
        "void_requested" => reads::<VoidRequested>(event),
        "refund_requested" => reads::<RefundRequested>(event),
        other => Err(format!("`{other}` is not read")),
    }
}

/// Who sells what, kept until the order is captured.
async fn order_placed(unit: &mut UnitOfWork, order: OrderPlaced) -> Result<(), HandleError> {
    for share in order.shares().map_err(HandleError::Poison)? {
        order_shares::insert(unit, order.order_id, &share).await?;
    }
    Ok(())
}

async fn authorise(unit: &mut UnitOfWork, request: AuthorisationRequested) -> Result<(), HandleError> {
    let (command, order) = (request.command_id, request.order_id);
    let mut operation = match earlier(unit, OperationKind::Authorise, (command, order)).await? {
        Earlier::Handled => return Ok(()),
        Earlier::Withdrawn(operation) => return refuse(unit, *operation, "WITHDRAWN").await,
        Earlier::None => new_operation(unit, OperationKind::Authorise, (command, order)),
    };
    operation.amount = Some(request.amount);
    if request.amount.minor_units <= 0 {
        return refuse(unit, operation, "AMOUNT_NOT_POSITIVE").await;
    }
    if !is_token(&request.payment_method) {
        return refuse(unit, operation, "PAYMENT_METHOD_INVALID").await;
    }
    let alive = payments::of_order(&mut *unit, order).await?;
    if alive.is_some_and(|payment| !matches!(payment.status, PaymentStatus::Declined | PaymentStatus::Voided)) {
        return refuse(unit, operation, "ORDER_HAS_A_PAYMENT").await;
    }
    let now = unit.command().now;
    let payment = Payment {
        id: unit.command().ids.id(),
        order_id: order,
        buyer: request.buyer_id,
        amount: request.amount,
        payment_method: request.payment_method.clone(),
        status: PaymentStatus::Requested,
        reason: None,
        reference: None,
        authorise_command: command,
        pending_command: None,
        captured: 0,
        refunded: 0,
        refund_pending: 0,
        disputed: 0,
        lost: 0,
        undone: None,
        created_at: now,
        updated_at: now,
        version: 1,
        events: 1,
    };
    payments::insert(unit, &payment).await?;
    let requested = PaymentEvent::Requested(Requested {
        order_id: order,
        command_id: command,
        payment_id: payment.id,
        buyer_id: request.buyer_id,
        amount: request.amount,
        payment_method: request.payment_method,
    });
    unit.record(DomainEvent::new("payment", (payment.id.to_string(), 1), None, &requested));
    operation.payment_id = payment.id;
    Ok(wait_for_provider(unit, operation).await?)
}

async fn capture(unit: &mut UnitOfWork, request: CaptureRequested) -> Result<(), HandleError> {
    let (command, order) = (request.command_id, request.order_id);
    let mut operation = match earlier(unit, OperationKind::Capture, (command, order)).await? {
        Earlier::Handled => return Ok(()),
        Earlier::Withdrawn(operation) => return refuse(unit, *operation, "WITHDRAWN").await,
        Earlier::None => new_operation(unit, OperationKind::Capture, (command, order)),
    };
    let Some(mut payment) = payments::of_order(&mut *unit, order).await? else {
        return refuse(unit, operation, "NO_PAYMENT").await;
    };
    (operation.payment_id, operation.amount) = (payment.id, Some(payment.amount));
    match payment.begin_capture(command) {
        Err(reason) => refuse(unit, operation, reason).await,
        Ok(()) => {
            payments::update(unit, &mut payment).await?;
            Ok(wait_for_provider(unit, operation).await?)
        }
    }
}

/// Undoes an authorisation, whatever became of it.
async fn void(unit: &mut UnitOfWork, request: VoidRequested) -> Result<(), HandleError> {
    let (command, order) = (request.command_id, request.order_id);
    let mut operation = match earlier(unit, OperationKind::Void, (command, order)).await? {
        Earlier::None => new_operation(unit, OperationKind::Void, (command, order)),
        Earlier::Handled | Earlier::Withdrawn(_) => return Ok(()),
    };
    operation.undoes = Some(request.undoes);
    let Some(mut undone) = operations::by_id(&mut *unit, request.undoes).await? else {
        withdraw(unit, OperationKind::Authorise, (request.undoes, order)).await?;
        return finish(unit, operation, None).await;
    };
    if undone.kind != OperationKind::Authorise {
        let kind = undone.kind.as_str();
        return Err(HandleError::Poison(format!("it undoes the command {}, which is a {kind}", request.undoes)));
    }
    (operation.payment_id, operation.amount) = (undone.payment_id, undone.amount);
    if undone.state == OperationState::Waiting {
        // Not sent any more where it was not. Where it was, its outcome decides what there is to undo.
        undone.is_withdrawn = true;
        return Ok(wait_for_outcome(unit, operation, &undone).await?);
    }
    let payment = payments::by_id(&mut *unit, undone.payment_id).await?;
    let Some(mut payment) = payment else { return finish(unit, operation, None).await };
    match (payment.status, payment.begin_void(command)) {
        (PaymentStatus::Declined | PaymentStatus::Voided, _) => finish(unit, operation, None).await,
        (_, Err(reason)) => refuse(unit, operation, reason).await,
        (_, Ok(())) => {
            payments::update(unit, &mut payment).await?;
            Ok(wait_for_provider(unit, operation).await?)
        }
    }
}

async fn refund(unit: &mut UnitOfWork, request: RefundRequested) -> Result<(), HandleError> {
    let (command, order) = (request.command_id, request.order_id);
    let mut operation = match earlier(unit, OperationKind::Refund, (command, order)).await? {
        Earlier::None => new_operation(unit, OperationKind::Refund, (command, order)),
        Earlier::Handled | Earlier::Withdrawn(_) => return Ok(()),
    };
    if let Some(undoes) = request.undoes {
        return refunding::undo_capture(unit, operation, (undoes, request)).await;
    }
    let Some(payment) = payments::of_order(&mut *unit, order).await? else {
        return refuse(unit, operation, "NO_PAYMENT").await;
    };
    (operation.payment_id, operation.amount) = (payment.id, Some(request.amount));
    match begin_refund(unit, (payment, operation.clone()), (Some(request.amount), &request.reason)).await? {
        Ok(_) => Ok(()),
        Err(refusal) => refuse(unit, operation, refusal.code()).await,
    }
}

/// What is known of a command that came.
enum Earlier {
    None,
    /// It was answered, now again; or it is under way.
    Handled,
    /// Its undo came before it.
    Withdrawn(Box<Operation>),
}

async fn earlier(
    unit: &mut UnitOfWork,
    kind: OperationKind,
    (command, order): (Uuid, OrderId),
) -> Result<Earlier, HandleError> {
    let Some(mut operation) = operations::by_id(&mut *unit, command).await? else { return Ok(Earlier::None) };
    if (operation.kind, operation.order_id) != (kind, order) {
        let (found, of) = (operation.kind.as_str(), operation.order_id);
        return Err(HandleError::Poison(format!("the command {command} is the {found} of {of} already")));
    }
    match (operation.state, operation.answer.clone()) {
        (OperationState::Withdrawn, _) => return Ok(Earlier::Withdrawn(Box::new(operation))),
        (OperationState::Done, Some(answer)) => {
            tell(unit, &mut operation, &answer).await?;
            operations::answered(unit, &operation).await?;
        }
        (OperationState::Waiting | OperationState::Done, _) => {}
    }
    Ok(Earlier::Handled)
}

/// Whatever comes of it, in whatever context, is of the payment's order.
pub(crate) fn act_for_order(unit: &mut UnitOfWork, payment: &Payment) {
    let mut command = unit.command().clone();
    command.cause.correlation_id = Some(payment.order_id.uuid());
    unit.act_for(command);
}

pub(crate) fn new_operation(unit: &UnitOfWork, kind: OperationKind, command: (Uuid, OrderId)) -> Operation {
    let asked = unit.command();
    Operation {
        correlation_id: asked.cause.correlation_id,
        causation_id: asked.cause.causation_id,
        traceparent: asked.traceparent.clone(),
        ..Operation::new(kind, command, asked.now)
    }
}

async fn withdraw(
    unit: &mut UnitOfWork,
    kind: OperationKind,
    (command, order): (Uuid, OrderId),
) -> Result<(), HandleError> {
    let mut withdrawn = new_operation(unit, kind, (command, order));
    withdrawn.state = OperationState::Withdrawn;
    Ok(operations::insert(unit, &withdrawn).await?)
}

async fn wait_for_provider(unit: &mut UnitOfWork, operation: Operation) -> Result<(), StoreError> {
    operations::insert(unit, &operation).await?;
    let job = calls::job(&operation, unit.command().now);
    hansa_messaging::schedule(unit, &job).await
}

/// An undo waits until it is known what there is to undo: whoever settles that goes on with it.
async fn wait_for_outcome(unit: &mut UnitOfWork, undo: Operation, undone: &Operation) -> Result<(), StoreError> {
    if !operations::update_waiting(unit, undone).await? {
        // Settled at this very moment: looked at again.
        return Err(StoreError::Busy);
    }
    if undone.was_sent {
        hansa_messaging::schedule(unit, &calls::asking_job(undone, unit.command().now)).await?;
    }
    operations::insert(unit, &undo).await
}

async fn refuse(unit: &mut UnitOfWork, operation: Operation, reason: &str) -> Result<(), HandleError> {
    let answer = operation.refused(reason);
    answer_at_once(unit, operation, answer).await
}

/// Answers that it is done, without the provider; a refund of what is said.
async fn finish(unit: &mut UnitOfWork, operation: Operation, amount: Option<Money>) -> Result<(), HandleError> {
    let answer = match amount {
        Some(amount) => operation.succeeded(amount),
        None => PaymentEvent::Voided(operation.told()),
    };
    answer_at_once(unit, operation, answer).await
}

async fn answer_at_once(
    unit: &mut UnitOfWork,
    mut operation: Operation,
    answer: PaymentEvent,
) -> Result<(), HandleError> {
    let is_new = operation.state != OperationState::Withdrawn;
    tell(unit, &mut operation, &answer).await?;
    (operation.state, operation.answer) = (OperationState::Done, Some(answer));
    match is_new {
        true => operations::insert(unit, &operation).await?,
        false => drop(operations::settle(unit, &operation).await?),
    }
    Ok(())
}

/// Records an answer in the stream of the payment; of one that is not there, in a stream of the command's own.
async fn tell(unit: &mut UnitOfWork, operation: &mut Operation, answer: &PaymentEvent) -> Result<(), StoreError> {
    operation.answers += 1;
    match payments::by_id(&mut *unit, operation.payment_id).await? {
        Some(mut payment) => record(unit, &mut payment, answer).await,
        None => {
            let stream = PaymentId::from_uuid(operation.command_id).to_string();
            unit.record(DomainEvent::new("payment", (stream, operation.answers), None, answer));
            Ok(())
        }
    }
}

/// Records an event of a payment, and writes the payment.
pub(crate) async fn record(
    unit: &mut UnitOfWork,
    payment: &mut Payment,
    event: &PaymentEvent,
) -> Result<(), StoreError> {
    payment.events += 1;
    unit.record(DomainEvent::new("payment", (payment.id.to_string(), payment.events), None, event));
    payments::update(unit, payment).await
}

pub(crate) fn is_token(text: &str) -> bool {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    // Nothing that could be the number of a card is kept anywhere.
    let is_card_like = text.len() >= 12 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    (1..=METHOD_CHARACTERS_MAX).contains(&text.len()) && text.bytes().all(is_good) && !is_card_like
}
