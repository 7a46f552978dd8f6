//! A provider that speaks as much of Stripe's API as the adapter uses: it keeps what it was asked, and does one thing for one
//! key once.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinSet};

/// Something that was asked by POST.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) key: Option<String>,
    pub(super) authorisation: String,
    pub(super) fields: Vec<(String, String)>,
}

#[derive(Debug, Default)]
struct Books {
    log: Vec<Asked>,
    answers: BTreeMap<String, (StatusCode, Value)>,
    intents: BTreeMap<String, Intent>,
    refunds: Vec<Refunded>,
    /// New refunds are on their way until somebody decides.
    is_slow_to_refund: bool,
}

#[derive(Debug, Clone)]
struct Refunded {
    id: String,
    command: String,
    amount: i64,
    status: &'static str,
}

#[derive(Debug, Clone)]
struct Intent {
    command: String,
    method: String,
    amount: i64,
    status: &'static str,
}

type Shared = Arc<Mutex<Books>>;

pub(in crate::tests) struct FakeStripe {
    pub(super) url: String,
    books: Shared,
    stop: oneshot::Sender<()>,
    server: JoinSet<()>,
}

impl FakeStripe {
    pub(super) async fn start() -> FakeStripe {
        let books = Shared::default();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let mut server = JoinSet::new();
        let router = Router::new().fallback(answer).with_state(books.clone());
        server.spawn(async move {
            let serving = axum::serve(listener, router);
            tokio::select! {
                _ = serving => {}
                _ = stopped => {}
            }
        });
        FakeStripe { url, books, stop, server }
    }

    /// Nothing listens any more.
    pub(super) async fn stop(mut self) {
        let _ = self.stop.send(());
        while self.server.join_next().await.is_some() {}
    }

    pub(super) fn log(&self) -> Vec<Asked> {
        self.books.lock().unwrap().log.clone()
    }

    /// What was taken and not given back.
    pub(in crate::tests) fn charged(&self) -> i64 {
        let books = self.books.lock().unwrap();
        let taken: i64 =
            books.intents.values().filter(|intent| intent.status == "succeeded").map(|intent| intent.amount).sum();
        let given = books.refunds.iter().filter(|refund| refund.status == "succeeded").map(|refund| refund.amount);
        taken - given.sum::<i64>()
    }

    /// Refunds that are asked for from now on are on their way, or are done at once.
    pub(in crate::tests) fn refunds_slowly(&self, slowly: bool) {
        self.books.lock().unwrap().is_slow_to_refund = slowly;
    }

    /// Decides the refunds that are on their way.
    pub(in crate::tests) fn decide_refunds(&self, status: &'static str) {
        for refund in self.books.lock().unwrap().refunds.iter_mut().filter(|refund| refund.status == "pending") {
            refund.status = status;
        }
    }
}

async fn answer(State(books): State<Shared>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let path = uri.path().to_owned();
    if method == Method::GET {
        let (status, json) = found(&books.lock().unwrap(), &path, &form(uri.query().unwrap_or_default()));
        return (status, json.to_string()).into_response();
    }
    let asked = Asked {
        path: path.clone(),
        key: header("idempotency-key"),
        authorisation: header("authorization").unwrap_or_default(),
        fields: form(std::str::from_utf8(&body).unwrap()),
    };
    let (payment_method, (status, json)) = {
        let mut books = books.lock().unwrap();
        books.log.push(asked.clone());
        let answer = done_once(&mut books, &asked);
        (method_of(&books, &asked), answer)
    };
    match payment_method.as_str() {
        "pm_silent" => std::future::pending().await,
        // Less than was announced.
        "pm_broken" => {
            let announced = [("content-length", "100000")];
            (status, announced, axum::body::Body::from_stream(broken())).into_response()
        }
        "pm_500" => (StatusCode::INTERNAL_SERVER_ERROR, "oh").into_response(),
        _ => (status, json.to_string()).into_response(),
    }
}

fn broken() -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    futures_util::stream::iter([Err(std::io::Error::other("it broke"))])
}

/// The payment method of whatever a request is about.
fn method_of(books: &Books, asked: &Asked) -> String {
    let of_intent = |id: &str| books.intents.get(id).map(|intent| intent.method.clone()).unwrap_or_default();
    match (field(asked, "payment_method"), field(asked, "payment_intent")) {
        (Some(method), _) => method,
        (None, Some(intent)) => of_intent(&intent),
        (None, None) => of_intent(asked.path.split('/').nth(3).unwrap_or_default()),
    }
}

fn done_once(books: &mut Books, asked: &Asked) -> (StatusCode, Value) {
    let key = asked.key.clone().expect("every POST has a key");
    if let Some(answer) = books.answers.get(&key) {
        return answer.clone();
    }
    let answer = done(books, asked);
    books.answers.insert(key, answer.clone());
    answer
}

fn done(books: &mut Books, asked: &Asked) -> (StatusCode, Value) {
    let parts: Vec<&str> = asked.path.split('/').skip(2).collect();
    match parts.as_slice() {
        ["payment_intents"] => authorised(books, asked),
        ["payment_intents", id, "capture"] => {
            let Some(intent) = books.intents.get_mut(*id) else { return missing() };
            if intent.method == "pm_capture_expired" {
                intent.status = "canceled";
                let intent = json!({ "id": id, "status": "canceled" });
                let error = json!({ "code": "payment_intent_unexpected_state", "payment_intent": intent });
                return (StatusCode::BAD_REQUEST, json!({ "error": error }));
            }
            intent.status = "succeeded";
            (StatusCode::OK, json!({ "id": id, "status": "succeeded" }))
        }
        ["payment_intents", id, "cancel"] => {
            let Some(intent) = books.intents.get_mut(*id) else { return missing() };
            intent.status = "canceled";
            (StatusCode::OK, json!({ "id": id, "status": "canceled" }))
        }
        ["refunds"] => {
            let (id, command) = (format!("re_{}", books.refunds.len() + 1), field(asked, "metadata[command_id]"));
            let amount = field(asked, "amount").unwrap().parse().unwrap();
            let status = if books.is_slow_to_refund { "pending" } else { "succeeded" };
            let refund = Refunded { id, command: command.unwrap(), amount, status };
            let answer = refund.shown();
            books.refunds.push(refund);
            (StatusCode::OK, answer)
        }
        _ => missing(),
    }
}

impl Refunded {
    fn shown(&self) -> Value {
        let failure = (self.status == "failed").then_some("lost_or_stolen_card");
        let metadata = json!({ "command_id": self.command });
        json!({ "id": self.id, "status": self.status, "failure_reason": failure, "metadata": metadata })
    }
}

fn authorised(books: &mut Books, asked: &Asked) -> (StatusCode, Value) {
    let method = field(asked, "payment_method").unwrap();
    let status = match method.as_str() {
        "pm_card_chargeDeclined" => {
            let error = json!({ "type": "card_error", "code": "card_declined", "decline_code": "generic_decline" });
            return (StatusCode::PAYMENT_REQUIRED, json!({ "error": error }));
        }
        "pm_unknown" => {
            let error = json!({ "type": "invalid_request_error", "code": "resource_missing" });
            return (StatusCode::BAD_REQUEST, json!({ "error": error }));
        }
        "pm_needs_action" => "requires_action",
        _ => "requires_capture",
    };
    let id = format!("pi_{}", books.intents.len() + 1);
    let amount = field(asked, "amount").unwrap().parse().unwrap();
    let command = field(asked, "metadata[command_id]").unwrap();
    books.intents.insert(id.clone(), Intent { command, method, amount, status });
    (StatusCode::OK, json!({ "id": id, "status": status }))
}

fn found(books: &Books, path: &str, query: &[(String, String)]) -> (StatusCode, Value) {
    let intent = |(id, intent): (&String, &Intent)| json!({ "id": id, "status": intent.status });
    match path {
        "/v1/payment_intents/search" => {
            let wanted = &query.iter().find(|(name, _)| name == "query").unwrap().1;
            let is_wanted = |(_, intent): &(&String, &Intent)| wanted.contains(&intent.command);
            let data: Vec<Value> = books.intents.iter().filter(is_wanted).map(intent).collect();
            (StatusCode::OK, json!({ "data": data, "has_more": false }))
        }
        "/v1/refunds" => {
            let data: Vec<Value> = books.refunds.iter().map(Refunded::shown).collect();
            (StatusCode::OK, json!({ "data": data }))
        }
        _ => match books.intents.get_key_value(path.rsplit('/').next().unwrap()) {
            Some(one) => (StatusCode::OK, intent(one)),
            None => missing(),
        },
    }
}

fn missing() -> (StatusCode, Value) {
    (StatusCode::NOT_FOUND, json!({ "error": { "type": "invalid_request_error", "code": "resource_missing" } }))
}

fn field(asked: &Asked, name: &str) -> Option<String> {
    asked.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone())
}

fn form(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let hex = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}
