//! Orders and returns: what is decided in which status.

use super::{eur, id, line_id, order_id, placed};
use crate::domain::{
    Refusal,
    ids::ReturnId,
    order::{
        CancellationRefusal, CancellationRefused, CancellationRequested, Cancelled, CancelledBy, Order, OrderCommand,
        OrderEvent, OrderNoted, OrderStatus, PartOfLine, Rejected, RejectionReason, ReturnDecided, ReturnRefunded,
        ReturnStatus, Returned, Shipped,
    },
};
use hansa_event_sourcing::{EventContent as _, StoredEvent as _, testing::given};

fn noted() -> OrderNoted {
    OrderNoted { order_id: order_id() }
}

fn is_placed() -> OrderEvent {
    OrderEvent::Placed(placed())
}

fn is_confirmed() -> OrderEvent {
    OrderEvent::Confirmed(noted())
}

/// A shipment with everything that this tenant sold.
fn shipment(tenant: u128) -> Shipped {
    let line = super::line(tenant, if tenant == 1 { 2 } else { 1 });
    Shipped {
        order_id: order_id(),
        shipment_id: format!("shipment_{tenant:026}"),
        tenant_id: id(tenant),
        lines: vec![PartOfLine { line_id: line.line_id, variant_id: line.variant_id, quantity: line.quantity }],
    }
}

fn return_id() -> ReturnId {
    id(9)
}

fn returned(quantity: i64) -> Returned {
    Returned {
        order_id: order_id(),
        return_id: return_id(),
        tenant_id: id(1),
        lines: vec![PartOfLine { line_id: line_id(1), variant_id: id(1), quantity }],
        reason: "too small".to_owned(),
        refund: eur(1000 * quantity),
    }
}

fn decided(reason: Option<&str>) -> ReturnDecided {
    let reason = reason.map(str::to_owned);
    ReturnDecided { order_id: order_id(), return_id: return_id(), tenant_id: id(1), reason }
}

fn ask(lines: &[(u128, i64)]) -> OrderCommand {
    let lines = lines.iter().map(|(line, quantity)| (line_id(*line), *quantity)).collect();
    OrderCommand::RequestReturn { id: return_id(), lines, reason: "too small".to_owned() }
}

fn delivered() -> Vec<OrderEvent> {
    let paid = OrderEvent::PaymentCaptured(noted());
    vec![is_placed(), is_confirmed(), paid, OrderEvent::PartDelivered(shipment(1))]
}

#[test]
fn an_order_is_placed_once() {
    given::<Order>([]).when(OrderCommand::Place(placed())).then([is_placed()]);
    given::<Order>([is_placed()]).when(OrderCommand::Place(placed())).then_refused(Refusal::AlreadyPlaced);
}

#[test]
fn what_is_told_twice_happens_once() {
    let confirmed = || given::<Order>([is_placed(), is_confirmed()]);
    given::<Order>([is_placed()]).when(OrderCommand::Confirm).then([is_confirmed()]);
    confirmed().when(OrderCommand::Confirm).then([]);
    let reject = || OrderCommand::Reject { reason: RejectionReason::OutOfStock, detail: "none".to_owned() };
    confirmed().when(reject()).then([]);
    let rejected = Rejected { order_id: order_id(), reason: RejectionReason::OutOfStock, detail: "none".to_owned() };
    let rejected = OrderEvent::Rejected(rejected);
    let state = given::<Order>([is_placed()]).when(reject()).then([rejected.clone()]);
    assert_eq!((state.status(), state.reason()), (OrderStatus::Rejected, Some(RejectionReason::OutOfStock)));
    given::<Order>([is_placed(), rejected]).when(OrderCommand::Confirm).then([]);
    confirmed().when(OrderCommand::NoteCaptured).then([OrderEvent::PaymentCaptured(noted())]);
    given::<Order>([]).when(OrderCommand::Confirm).then([]);
}

#[test]
fn a_payment_under_review_can_still_end_both_ways() {
    let review = OrderEvent::PaymentReview(noted());
    let state = given::<Order>([is_placed()]).when(OrderCommand::Review).then([review.clone()]);
    assert_eq!(state.status(), OrderStatus::PaymentReview);
    given::<Order>([is_placed(), review]).when(OrderCommand::Confirm).then([is_confirmed()]);
}

#[test]
fn a_cancellation_ends_when_all_is_undone() {
    let (by, reason) = (CancelledBy::Buyer, RejectionReason::Cancelled);
    let ask = || OrderCommand::RequestCancellation { by, reason };
    let requested = OrderEvent::CancellationRequested(CancellationRequested { order_id: order_id(), by, reason });
    let cancelled = OrderEvent::Cancelled(Cancelled { order_id: order_id(), reason });
    given::<Order>([is_placed(), is_confirmed()]).when(ask()).then([requested.clone()]);
    let cancelling = || given::<Order>([is_placed(), is_confirmed(), requested.clone()]);
    cancelling().when(ask()).then([]);
    cancelling().when(OrderCommand::Cancel).then([cancelled]);
    given::<Order>([is_placed(), is_confirmed()]).when(OrderCommand::Cancel).then([]);
    let fulfilled = OrderEvent::Fulfilled(noted());
    given::<Order>([is_placed(), is_confirmed(), fulfilled])
        .when(ask())
        .then_refused(Refusal::NotCancellable(OrderStatus::Fulfilled));
    let dispatched = OrderEvent::PartDispatched(shipment(1));
    given::<Order>([is_placed(), is_confirmed(), dispatched]).when(ask()).then_refused(Refusal::Dispatched);
    given::<Order>([]).when(ask()).then_refused(Refusal::NotFound("order"));
}

#[test]
fn a_cancellation_that_comes_too_late_leaves_the_order_as_it_was() {
    let (by, reason) = (CancelledBy::Buyer, RejectionReason::Cancelled);
    let ask = || OrderCommand::RequestCancellation { by, reason };
    let requested = OrderEvent::CancellationRequested(CancellationRequested { order_id: order_id(), by, reason });
    let refusal = CancellationRefused { order_id: order_id(), reason: CancellationRefusal::Dispatched };
    let refused = OrderEvent::CancellationRefused(refusal);
    let cancelling = [is_placed(), is_confirmed(), requested];
    let state = given::<Order>(cancelling.clone()).when(OrderCommand::RefuseCancellation).then([refused.clone()]);
    assert_eq!((state.status(), state.reason(), state.detail()), (OrderStatus::Confirmed, None, None));
    assert!(state.has_left());
    let after = || given::<Order>(cancelling.iter().cloned().chain([refused.clone()]));
    after().when(OrderCommand::RefuseCancellation).then([]);
    // Even where nobody has told of the dispatch yet.
    after().when(ask()).then_refused(Refusal::Dispatched);
    // What was delivered in the meantime counts.
    let [first, second] = [1, 2].map(|tenant| OrderEvent::PartDelivered(shipment(tenant)));
    let came = cancelling.iter().cloned().chain([first, second]);
    let fulfilled = OrderEvent::Fulfilled(noted());
    let state = given::<Order>(came).when(OrderCommand::RefuseCancellation).then([refused, fulfilled]);
    assert_eq!(state.status(), OrderStatus::Fulfilled);
    given::<Order>([is_placed(), is_confirmed()]).when(OrderCommand::RefuseCancellation).then([]);
}

#[test]
fn an_order_is_fulfilled_when_the_last_of_it_is_delivered() {
    let [first, second] = [1, 2].map(|tenant| OrderEvent::PartDelivered(shipment(tenant)));
    let fulfilled = OrderEvent::Fulfilled(noted());
    given::<Order>([is_placed(), is_confirmed()]).when(OrderCommand::NoteDelivered(shipment(1))).then([first.clone()]);
    given::<Order>([is_placed(), is_confirmed(), first.clone()])
        .when(OrderCommand::NoteDelivered(shipment(2)))
        .then([second, fulfilled]);
    given::<Order>([is_placed(), is_confirmed(), first.clone()])
        .when(OrderCommand::NoteDelivered(shipment(1)))
        .then([]);
    // Delivered is dispatched too, in whatever order one hears of it.
    given::<Order>([is_placed(), is_confirmed(), first]).when(OrderCommand::NoteDispatched(shipment(1))).then([]);
}

#[test]
fn what_has_gone_and_is_not_paid_is_left_for_review_until_it_is() {
    let [review, paid, fulfilled] =
        [OrderEvent::PaymentReview, OrderEvent::PaymentCaptured, OrderEvent::Fulfilled].map(|event| event(noted()));
    let [one, two] = [1, 2].map(|tenant| OrderEvent::PartDispatched(shipment(tenant)));
    let [first, second] = [1, 2].map(|tenant| OrderEvent::PartDelivered(shipment(tenant)));
    let gone = [is_placed(), is_confirmed(), one, two];
    let came = [is_placed(), is_confirmed(), first.clone(), second.clone(), fulfilled.clone()];
    for events in [gone.to_vec(), came.to_vec()] {
        let state = given::<Order>(events).when(OrderCommand::LeaveForReview).then([review.clone()]);
        assert_eq!(state.status(), OrderStatus::PaymentReview);
        assert!(state.is_all_dispatched());
    }
    let left = || gone.iter().cloned().chain([review.clone()]);
    for twice in [OrderCommand::LeaveForReview, OrderCommand::Confirm, OrderCommand::Review] {
        given::<Order>(left()).when(twice).then([]);
    }
    let state = given::<Order>(left()).when(OrderCommand::NoteCaptured).then([paid.clone()]);
    assert_eq!(state.status(), OrderStatus::Confirmed);
    // What comes in the meantime is not fulfilled before it is paid.
    given::<Order>(left().chain([first.clone()])).when(OrderCommand::NoteDelivered(shipment(2))).then([second.clone()]);
    given::<Order>(left().chain([first, second])).when(OrderCommand::NoteCaptured).then([paid, fulfilled.clone()]);
    // The system is never refused.
    let (by, reason) = (CancelledBy::System, RejectionReason::PaymentFailed);
    given::<Order>(came).when(OrderCommand::RequestCancellation { by, reason }).then([]);
    given::<Order>([is_placed()]).when(OrderCommand::LeaveForReview).then([]);
}

#[test]
fn what_was_delivered_can_be_returned_once() {
    let requested = OrderEvent::ReturnRequested(returned(2));
    given::<Order>(delivered()).when(ask(&[(1, 2)])).then([requested.clone()]);
    let asked = || given::<Order>(delivered().into_iter().chain([requested.clone()]));
    asked().when(ask(&[(1, 1)])).then_refused(Refusal::NotReturnable { returnable: 0 });
    let refused = OrderEvent::ReturnRefused(decided(Some("worn")));
    let state =
        asked().when(OrderCommand::RefuseReturn { id: return_id(), reason: "worn".to_owned() }).then([refused.clone()]);
    assert_eq!(state.returnable(line_id(1)), 2);
    let cases = [
        (ask(&[]), Refusal::ReturnEmpty),
        (ask(&[(1, 0)]), Refusal::NotReturnable { returnable: 2 }),
        (ask(&[(1, 3)]), Refusal::NotReturnable { returnable: 2 }),
        (ask(&[(2, 1)]), Refusal::NotReturnable { returnable: 0 }),
        (ask(&[(3, 1)]), Refusal::NotFound("line")),
        (ask(&[(1, 1), (1, 1)]), Refusal::NotFound("line")),
    ];
    for (command, refusal) in cases {
        given::<Order>(delivered()).when(command).then_refused(refusal);
    }
    let all = delivered().into_iter().chain([OrderEvent::PartDelivered(shipment(2))]);
    given::<Order>(all).when(ask(&[(1, 1), (2, 1)])).then_refused(Refusal::SellersMixed);
}

#[test]
fn a_return_goes_from_wish_to_money() {
    let requested = OrderEvent::ReturnRequested(returned(1));
    let accepted = OrderEvent::ReturnAccepted(decided(None));
    let received = OrderEvent::ReturnReceived(returned(1));
    let refunded =
        OrderEvent::ReturnRefunded(ReturnRefunded { order_id: order_id(), return_id: return_id(), amount: eur(1000) });
    let mut events = delivered();
    let mut status = Vec::new();
    let refund = OrderCommand::NoteRefunded { id: return_id(), amount: eur(1000) };
    let steps = [
        (ask(&[(1, 1)]), requested),
        (OrderCommand::AcceptReturn(return_id()), accepted),
        (OrderCommand::ReceiveReturn(return_id()), received),
        (refund.clone(), refunded),
    ];
    for (command, event) in steps {
        let state = given::<Order>(events.clone()).when(command).then([event.clone()]);
        status.push(state.order_return(return_id()).unwrap().status);
        events.push(event);
    }
    let expected = [ReturnStatus::Requested, ReturnStatus::Accepted, ReturnStatus::Received, ReturnStatus::Refunded];
    assert_eq!(status, expected);
    given::<Order>(events.clone()).when(refund).then([]);
    given::<Order>(events.clone())
        .when(OrderCommand::AcceptReturn(return_id()))
        .then_refused(Refusal::ReturnIs(ReturnStatus::Refunded));
    given::<Order>(events.clone())
        .when(OrderCommand::ReceiveReturn(return_id()))
        .then_refused(Refusal::ReturnIs(ReturnStatus::Refunded));
    let unpaid =
        [is_placed(), is_confirmed(), OrderEvent::PartDelivered(shipment(1)), events[4].clone(), events[5].clone()];
    given::<Order>(unpaid).when(OrderCommand::ReceiveReturn(return_id())).then_refused(Refusal::NotPaid);
    given::<Order>(delivered()).when(OrderCommand::AcceptReturn(id(77))).then_refused(Refusal::NotFound("return"));
    for event in events {
        let content = serde_json::to_value(&event).unwrap();
        assert_eq!(OrderEvent::read(event.event_type(), content).unwrap(), event);
    }
    assert!(OrderEvent::read("unheard_of", serde_json::json!({})).is_err());
}

/// For the examples of events.
pub(crate) fn one_of_each() -> Vec<OrderEvent> {
    let (by, reason) = (CancelledBy::Buyer, RejectionReason::Cancelled);
    let detail = "OUT_OF_STOCK".to_owned();
    vec![
        is_placed(),
        is_confirmed(),
        OrderEvent::Rejected(Rejected { order_id: order_id(), reason: RejectionReason::OutOfStock, detail }),
        OrderEvent::PaymentReview(noted()),
        OrderEvent::PaymentCaptured(noted()),
        OrderEvent::CancellationRequested(CancellationRequested { order_id: order_id(), by, reason }),
        OrderEvent::CancellationRefused(CancellationRefused {
            order_id: order_id(),
            reason: CancellationRefusal::Dispatched,
        }),
        OrderEvent::Cancelled(Cancelled { order_id: order_id(), reason }),
        OrderEvent::PartDispatched(shipment(1)),
        OrderEvent::PartDelivered(shipment(1)),
        OrderEvent::Fulfilled(noted()),
        OrderEvent::ReturnRequested(returned(1)),
        OrderEvent::ReturnAccepted(decided(None)),
        OrderEvent::ReturnRefused(decided(Some("worn"))),
        OrderEvent::ReturnReceived(returned(1)),
        OrderEvent::ReturnRefunded(ReturnRefunded { order_id: order_id(), return_id: return_id(), amount: eur(1000) }),
    ]
}
