//! Whoever asks the router: a visitor, or somebody with a token.

use crate::{http, system::System};
use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) origin: String,
    pub(crate) token: Option<String>,
    /// Lines that each end with CRLF.
    pub(crate) headers: String,
}

impl Client {
    pub(crate) fn visitor(origin: &str) -> Client {
        Client { origin: origin.to_owned(), token: None, headers: String::new() }
    }

    pub(crate) fn with_token(origin: &str, token: &str) -> Client {
        Client { token: Some(token.to_owned()), ..Client::visitor(origin) }
    }

    /// One of the demo's logins; they act for the tenant that they work for.
    pub(crate) fn login(system: &System, username: &str) -> Client {
        let mut tokens = system.tokens.lock().unwrap();
        let token = tokens
            .entry(username.to_owned())
            .or_insert_with(|| sign_in(&system.origin, username, &format!("{username}-demo-login")));
        Client::with_token(&system.origin, token)
    }

    pub(crate) fn post(&self, query: &str, variables: &Value) -> http::Response {
        let mut headers = self.headers.clone();
        if let Some(token) = &self.token {
            headers.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        http::post_with_headers(&self.origin, "/graphql", &headers, &body).unwrap()
    }

    /// The whole answer.
    #[track_caller]
    pub(crate) fn answer(&self, query: &str, variables: &Value) -> Value {
        let response = self.post(query, variables);
        assert_eq!(response.status, 200, "{}", response.text());
        response.json()
    }

    /// The data of an answer without errors.
    #[track_caller]
    pub(crate) fn data(&self, query: &str, variables: &Value) -> Value {
        let mut answer = self.answer(query, variables);
        assert_eq!(answer.get("errors"), None, "{answer:#}");
        answer["data"].take()
    }

    /// The payload of a mutation that was done.
    #[track_caller]
    pub(crate) fn done(&self, mutation: &str, selection: &str, input: &Value) -> Value {
        let payload = self.payload(mutation, selection, input);
        assert_eq!(payload["userErrors"], json!([]), "{mutation}: {payload:#}");
        payload
    }

    /// The codes of the user errors of a mutation that was not done.
    #[track_caller]
    pub(crate) fn refused(&self, mutation: &str, input: &Value) -> Vec<String> {
        let payload = self.payload(mutation, "", input);
        let errors = payload["userErrors"].as_array().unwrap();
        assert!(!errors.is_empty(), "{mutation}: {payload:#}");
        errors.iter().map(|error| error["code"].as_str().unwrap().to_owned()).collect()
    }

    #[track_caller]
    pub(crate) fn payload(&self, mutation: &str, selection: &str, input: &Value) -> Value {
        let mut name = mutation.to_owned();
        name[..1].make_ascii_uppercase();
        let text = format!(
            "mutation Do($input: {name}Input!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code field message }} }} }}"
        );
        self.data(&text, &json!({ "input": input }))[mutation].take()
    }
}

/// The access token.
#[track_caller]
pub(crate) fn sign_in(origin: &str, login: &str, password: &str) -> String {
    let input = json!({ "login": login, "password": password });
    let payload = Client::visitor(origin).done("sessionCreate", "accessToken", &input);
    payload["accessToken"].as_str().unwrap().to_owned()
}

/// The codes of an answer's errors, with their paths.
pub(crate) fn errors_of(answer: &Value) -> Vec<(String, String)> {
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    let told = |error: &Value| {
        let path = error["path"].as_array().cloned().unwrap_or_default();
        let path: Vec<String> = path.iter().map(|step| step.to_string().trim_matches('"').to_owned()).collect();
        (error["extensions"]["code"].as_str().unwrap_or_default().to_owned(), path.join("."))
    };
    errors.iter().map(told).collect()
}
