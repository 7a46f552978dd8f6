//! A Stripe-compatible provider over HTTP: payment intents that are captured by hand, refunds, and questions by the
//! command's id, which is the idempotency key and is in the metadata.

mod answers;
mod signature;
pub(crate) mod webhook;

use super::{
    Call, CallError, CallFuture, Outcome, Provider,
    http::{Asked, ClientError, HttpClient},
};
use crate::{domain::operation::OperationKind, settings::StripeSettings};
use answers::{Intent, Listed, Refund, intent_outcome, refund_outcome, refused};
use http::{Method, StatusCode};
use serde::de::DeserializeOwned;

/// Refunds of one payment that are looked through, a hundred at a time.
const REFUND_PAGES_MAX: usize = 20;

#[derive(Debug, Clone)]
pub(crate) struct Stripe(HttpClient);

impl Stripe {
    pub(crate) fn new(settings: &StripeSettings) -> Result<Stripe, ClientError> {
        HttpClient::new(&settings.url, &settings.key.0).map(Stripe)
    }

    async fn executed(&self, call: &Call) -> Result<Outcome, CallError> {
        let asked = match request_of(call) {
            Some(asked) => asked,
            None => return Ok(Outcome::Refused { reason: "PAYMENT_WITHOUT_REFERENCE".to_owned() }),
        };
        let (status, body) = self.0.ask(asked).await?;
        if !status.is_success() {
            return refused(call, status, &body);
        }
        match call.kind {
            OperationKind::Refund => refund_outcome(call, &read::<Refund>(&body)?),
            _ => {
                let outcome = intent_outcome(call.kind, &read::<Intent>(&body)?)?;
                outcome.ok_or_else(|| CallError::Unknown("the answer has a status that says nothing".to_owned()))
            }
        }
    }

    async fn found(&self, call: &Call) -> Result<Option<Outcome>, CallError> {
        match (call.kind, &call.reference) {
            (OperationKind::Authorise, _) => self.authorisation(call).await,
            (OperationKind::Refund, Some(reference)) => self.refund(call, reference).await,
            (_, Some(reference)) => {
                let path = format!("/v1/payment_intents/{reference}");
                let intent = self.get::<Intent>(path, Vec::new()).await?;
                intent.map_or(Ok(None), |intent| intent_outcome(call.kind, &intent))
            }
            (_, None) => Ok(None),
        }
    }

    async fn authorisation(&self, call: &Call) -> Result<Option<Outcome>, CallError> {
        let query = vec![("query", format!("metadata['command_id']:'{}'", call.key)), ("limit", "1".to_owned())];
        let found = self.get::<Listed<Intent>>("/v1/payment_intents/search".to_owned(), query).await?;
        match found.and_then(|found| found.data.into_iter().next()) {
            Some(intent) => intent_outcome(call.kind, &intent),
            None => Ok(None),
        }
    }

    async fn refund(&self, call: &Call, reference: &str) -> Result<Option<Outcome>, CallError> {
        let mut after: Option<String> = None;
        for _ in 0..REFUND_PAGES_MAX {
            let mut query = vec![("payment_intent", reference.to_owned()), ("limit", "100".to_owned())];
            query.extend(after.take().map(|after| ("starting_after", after)));
            let Some(page) = self.get::<Listed<Refund>>("/v1/refunds".to_owned(), query).await? else {
                return Ok(None);
            };
            if let Some(refund) = page.data.iter().find(|refund| refund.metadata.is_of(call.key)) {
                return refund_outcome(call, refund).map(Some);
            }
            match page.data.last() {
                Some(last) if page.has_more => after = Some(last.id.clone()),
                _ => return Ok(None),
            }
        }
        Err(CallError::Unknown("the payment has more refunds than are looked through".to_owned()))
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: String,
        fields: Vec<(&str, String)>,
    ) -> Result<Option<T>, CallError> {
        let (status, body) = self.0.ask(Asked { method: Method::GET, path, fields, idempotency_key: None }).await?;
        match status {
            StatusCode::NOT_FOUND => Ok(None),
            status if status.is_success() => read(&body).map(Some),
            status => Err(CallError::Unknown(format!("the question was answered with {status}"))),
        }
    }
}

impl Provider for Stripe {
    fn execute<'a>(&'a self, call: &'a Call) -> CallFuture<'a, Outcome> {
        Box::pin(self.executed(call))
    }

    fn find<'a>(&'a self, call: &'a Call) -> CallFuture<'a, Option<Outcome>> {
        Box::pin(self.found(call))
    }
}

/// `None` where the payment has no reference, and needs one.
fn request_of(call: &Call) -> Option<Asked<'static>> {
    let amount = call.amount.minor_units.to_string();
    let metadata = [
        ("metadata[command_id]", call.key.to_string()),
        ("metadata[payment_id]", call.payment.to_string()),
        ("metadata[order_id]", call.order.to_string()),
    ];
    let reference = call.reference.as_deref().filter(|reference| is_reference(reference));
    let (path, mut fields) = match call.kind {
        OperationKind::Authorise => {
            let fields = vec![
                ("amount", amount),
                ("currency", call.amount.currency.as_str().to_ascii_lowercase()),
                ("payment_method", call.payment_method.clone()),
                ("capture_method", "manual".to_owned()),
                ("confirm", "true".to_owned()),
                ("automatic_payment_methods[enabled]", "true".to_owned()),
                ("automatic_payment_methods[allow_redirects]", "never".to_owned()),
            ];
            ("/v1/payment_intents".to_owned(), fields)
        }
        OperationKind::Capture => {
            (format!("/v1/payment_intents/{}/capture", reference?), vec![("amount_to_capture", amount)])
        }
        OperationKind::Void => (format!("/v1/payment_intents/{}/cancel", reference?), Vec::new()),
        OperationKind::Refund => {
            ("/v1/refunds".to_owned(), vec![("payment_intent", reference?.to_owned()), ("amount", amount)])
        }
    };
    if matches!(call.kind, OperationKind::Authorise | OperationKind::Refund) {
        fields.extend(metadata);
    }
    Some(Asked { method: Method::POST, path, fields, idempotency_key: Some(call.key.to_string()) })
}

/// It becomes a part of a path.
fn is_reference(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, CallError> {
    serde_json::from_slice(body).map_err(|error| CallError::Unknown(format!("the answer has another form: {error}")))
}
