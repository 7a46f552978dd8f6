//! Reads a GraphQL request out of a body or a URL. GraphQL over HTTP, "Request".

use crate::{client_error::ClientError, error_code::ErrorCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The parameters of a request. Members that the specification does not know are ignored, as it wants.
#[derive(Debug)]
pub(crate) struct GraphqlRequest<'a> {
    pub(crate) query: Cow<'a, str>,
    pub(crate) operation_name: Option<Cow<'a, str>>,
    /// A JSON object.
    pub(crate) variables: Option<&'a RawValue>,
}

/// Parameters of a URL, decoded.
#[derive(Debug, Default)]
pub(crate) struct UrlParameters {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct Body<'a> {
    #[serde(borrow, default)]
    query: Option<&'a RawValue>,
    #[serde(borrow, default)]
    operation_name: Option<&'a RawValue>,
    #[serde(borrow, default)]
    variables: Option<&'a RawValue>,
    #[serde(borrow, default)]
    extensions: Option<&'a RawValue>,
}

impl<'a> GraphqlRequest<'a> {
    pub(crate) fn from_body(body: &'a [u8]) -> Result<GraphqlRequest<'a>, ClientError> {
        let text = std::str::from_utf8(body).map_err(|error| {
            let start = error.valid_up_to();
            bad_request(format!("the body is not UTF-8 from byte {start} on"))
        })?;
        match text.trim_start().as_bytes().first() {
            None => return Err(bad_request("the body is empty; send a JSON object with `query`")),
            Some(b'[') => {
                let description = "the body is a list; batching is not supported, send one request at a time";
                return Err(ClientError::new(ErrorCode::BatchingNotSupported, description));
            }
            Some(_) => {}
        }
        let body: Body<'a> = serde_json::from_str(text).map_err(|error| not_json("the body", &error))?;
        let extensions = present(body.extensions);
        is_object("extensions", extensions)?;
        GraphqlRequest {
            query: string("query", body.query)?.ok_or_else(query_missing)?,
            operation_name: string("operationName", body.operation_name)?,
            variables: present(body.variables),
        }
        .checked()
    }

    pub(crate) fn from_url(parameters: &'a UrlParameters) -> Result<GraphqlRequest<'a>, ClientError> {
        let extensions = json_parameter("extensions", parameters.extensions.as_deref())?;
        is_object("extensions", extensions)?;
        GraphqlRequest {
            query: parameters.query.as_deref().map(Cow::Borrowed).ok_or_else(query_missing)?,
            operation_name: parameters.operation_name.as_deref().map(Cow::Borrowed),
            variables: json_parameter("variables", parameters.variables.as_deref())?,
        }
        .checked()
    }

    fn checked(mut self) -> Result<GraphqlRequest<'a>, ClientError> {
        is_object("variables", self.variables)?;
        if self.query.trim().is_empty() {
            return Err(bad_request("`query` is empty"));
        }
        self.operation_name = self.operation_name.filter(|name| !name.is_empty());
        Ok(self)
    }
}

impl UrlParameters {
    pub(crate) fn read(query_string: &str) -> Result<UrlParameters, ClientError> {
        let mut parameters = UrlParameters::default();
        for pair in query_string.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name)?;
            let place = match name.as_str() {
                "query" => &mut parameters.query,
                "operationName" => &mut parameters.operation_name,
                "variables" => &mut parameters.variables,
                "extensions" => &mut parameters.extensions,
                _ => continue,
            };
            if place.replace(decode(value)?).is_some() {
                return Err(bad_request(format!("the URL has `{name}` more than once")));
            }
        }
        Ok(parameters)
    }

    pub(crate) fn has_query(&self) -> bool {
        self.query.is_some()
    }
}

fn bad_request(description: impl Into<String>) -> ClientError {
    ClientError::new(ErrorCode::BadRequest, description)
}

fn query_missing() -> ClientError {
    bad_request("`query` is missing")
}

fn not_json(what: &str, error: &serde_json::Error) -> ClientError {
    let (line, column) = (error.line(), error.column());
    if error.is_data() {
        return bad_request(format!("{what} is no GraphQL request: {error}"));
    }
    bad_request(format!("{what} is not JSON, at line {line}, column {column}"))
}

fn present(value: Option<&RawValue>) -> Option<&RawValue> {
    value.filter(|value| value.get() != "null")
}

fn string<'a>(name: &str, value: Option<&'a RawValue>) -> Result<Option<Cow<'a, str>>, ClientError> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    let Some(value) = present(value) else { return Ok(None) };
    match serde_json::from_str(value.get()) {
        Ok(Text(text)) => Ok(Some(text)),
        Err(_) => Err(bad_request(format!("`{name}` must be a string"))),
    }
}

fn is_object(name: &str, value: Option<&RawValue>) -> Result<(), ClientError> {
    match value {
        Some(value) if !value.get().starts_with('{') => Err(bad_request(format!("`{name}` must be an object"))),
        _ => Ok(()),
    }
}

fn json_parameter<'a>(name: &str, text: Option<&'a str>) -> Result<Option<&'a RawValue>, ClientError> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Ok(None);
    };
    let value: &RawValue = serde_json::from_str(text).map_err(|error| not_json(&format!("`{name}`"), &error))?;
    Ok(present(Some(value)))
}

/// URL Standard, "application/x-www-form-urlencoded parsing".
fn decode(text: &str) -> Result<String, ClientError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next(), rest.next()];
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                match (digit(digits[0]), digit(digits[1])) {
                    (Some(high), Some(low)) => u8::try_from(high * 16 + low).unwrap_or(b'?'),
                    _ => return Err(bad_request("the URL has a `%` without two hexadecimal digits")),
                }
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| bad_request("the URL's parameters are not UTF-8"))
}
