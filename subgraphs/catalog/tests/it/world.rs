//! An open catalog, people who use it, and short ways to ask it.

use hansa_catalog::Catalog;
use hansa_subgraph_host::{Caller, Services, Subgraph, testing};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) struct World {
    pub(crate) catalog: Catalog,
    pub(crate) services: Services,
    subgraph: Subgraph,
    folder: TempDir,
}

/// An editor of the merchant with this number.
pub(crate) fn merchant(number: u128) -> Caller {
    testing::member(number, testing::tenant_id(number), &["EDITOR"], &["tenant:read", "catalog:write"])
}

/// A member of the merchant with this number, who may not change anything.
pub(crate) fn member(number: u128) -> Caller {
    testing::member(number + 1_000, testing::tenant_id(number), &["MEMBER"], &["tenant:read"])
}

/// An administrator of the platform.
pub(crate) fn platform() -> Caller {
    testing::member(99, testing::tenant_id(99), &["ADMIN"], &["tenant:read", "catalog:taxonomy"])
}

impl World {
    pub(crate) async fn new() -> World {
        World::on(None).await
    }

    /// On a server of documents, where one is given.
    pub(crate) async fn on(mongo: Option<String>) -> World {
        let folder = tempfile::tempdir().unwrap();
        let mut services = testing::services(folder.path());
        services.servers.mongo = mongo;
        let catalog = Catalog::open(&services).await.unwrap();
        World { subgraph: catalog.subgraph(), catalog, services, folder }
    }

    /// The same folder, opened again.
    pub(crate) async fn reopened(self) -> World {
        let World { services, folder, catalog, subgraph } = self;
        drop((catalog, subgraph));
        let catalog = Catalog::open(&services).await.unwrap();
        World { subgraph: catalog.subgraph(), catalog, services, folder }
    }

    /// The whole response.
    pub(crate) async fn respond(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        testing::execute(&self.subgraph, caller, query, variables).await
    }

    /// The data of a response without errors.
    pub(crate) async fn ask(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        let response = self.respond(caller, query, variables).await;
        assert_eq!(response["errors"], Value::Null, "{response:#}");
        response["data"].clone()
    }

    /// The data of a query for visitors.
    pub(crate) async fn see(&self, query: &str) -> Value {
        self.ask(&Caller::visitor(), query, json!({})).await
    }

    /// Code and message of the only error of a query.
    pub(crate) async fn fault(&self, caller: &Caller, query: &str, variables: Value) -> (String, String) {
        let response = self.respond(caller, query, variables).await;
        let [error] = response["errors"].as_array().unwrap().as_slice() else { panic!("{response:#}") };
        (text(&error["extensions"]["code"]), text(&error["message"]))
    }

    /// The payload of a mutation.
    pub(crate) async fn run(&self, caller: &Caller, mutation: &str, input: Value, selection: &str) -> Value {
        let type_name = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation($input: {type_name}!) {{ {mutation}(input: $input) {{
                {selection} userErrors {{ __typename code field message ... on VersionConflictError {{ currentVersion }} }}
            }} }}"
        );
        self.ask(caller, &query, json!({ "input": input })).await[mutation].clone()
    }

    /// The payload of a mutation without user errors.
    pub(crate) async fn done(&self, caller: &Caller, mutation: &str, input: Value, selection: &str) -> Value {
        let payload = self.run(caller, mutation, input, selection).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
        payload
    }

    /// `CODE at the.field` of each user error of a mutation, which did nothing.
    pub(crate) async fn refused(&self, caller: &Caller, mutation: &str, input: Value) -> Vec<String> {
        let payload = self.run(caller, mutation, input, "").await;
        errors_of(&payload)
    }

    pub(crate) async fn vendor(&self, caller: &Caller, handle: &str) -> String {
        let input = json!({ "handle": handle, "name": format!("Vendor {handle}"), "currencyCode": "EUR" });
        text(&self.done(caller, "vendorCreate", input, "vendor { id }").await["vendor"]["id"])
    }

    pub(crate) async fn category(&self, handle: &str, parent: Option<&str>) -> String {
        self.category_with(handle, parent, json!([])).await
    }

    pub(crate) async fn category_with(&self, handle: &str, parent: Option<&str>, definitions: Value) -> String {
        let input =
            json!({ "handle": handle, "name": handle, "parentId": parent, "attributeDefinitions": definitions });
        text(&self.done(&platform(), "categoryCreate", input, "category { id }").await["category"]["id"])
    }

    /// A draft.
    pub(crate) async fn product(&self, caller: &Caller, input: Value) -> String {
        text(&self.done(caller, "productCreate", input, "product { id }").await["product"]["id"])
    }

    /// A published product with one variant at this price.
    pub(crate) async fn published(
        &self,
        caller: &Caller,
        (vendor, category): (&str, &str),
        title: &str,
        price: &str,
    ) -> String {
        let sku = title.replace(' ', "-");
        let input = json!({
            "vendorId": vendor, "categoryId": category, "title": title, "handle": sku.to_lowercase(),
            "variants": [variant(&sku, price)],
        });
        let id = self.product(caller, input).await;
        self.done(caller, "productPublish", json!({ "id": id }), "").await;
        id
    }
}

pub(crate) fn variant(sku: &str, price: &str) -> Value {
    json!({ "sku": sku, "title": "Only one", "price": eur(price) })
}

pub(crate) fn eur(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

pub(crate) fn errors_of(payload: &Value) -> Vec<String> {
    let line = |error: &Value| {
        let field = error["field"].as_array().map(|path| path.iter().map(text).collect::<Vec<_>>().join("."));
        format!("{} at {}", text(&error["code"]), field.unwrap_or_default()).trim_end_matches(" at ").to_owned()
    };
    payload["userErrors"].as_array().unwrap().iter().map(line).collect()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// The texts at a path of each element.
pub(crate) fn texts(list: &Value, pointer: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| text(one.pointer(pointer).unwrap())).collect()
}
