//! Examples of the events that the catalog publishes. Others test against them.

use crate::{
    NAME, PUBLISHES,
    domain::{
        Attribute, AttributeDefinition, AttributeKind, AttributeValue, CategoryEvent, Description, Handle, Label,
        Number, PriceEvent, ProductEvent, ProductFacts, ProductStatus, Sku, VariantFacts, VendorEvent,
    },
};
use hansa_event_sourcing::{
    DomainEvent, EventContent,
    testing::{Example, published},
};
use hansa_values::{EntityKind, Id, Money, TenantId};
use schemars::JsonSchema;
use uuid::Uuid;

fn id<K: EntityKind>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number))
}

fn label(text: &str) -> Label {
    Label::new(text, "a label", 100).unwrap()
}

fn euros(minor_units: i64) -> Money {
    Money { minor_units, currency: "EUR".parse().unwrap() }
}

fn example<E: EventContent + JsonSchema>(
    aggregate: &'static str,
    stream_id: impl ToString,
    tenant: Option<TenantId>,
    content: &E,
) -> Example {
    Example::of::<E>(DomainEvent::new(aggregate, (stream_id.to_string(), 3), tenant, content))
}

fn facts(status: ProductStatus) -> ProductFacts {
    let height = AttributeValue::Number { number: Number::parse("42.5").unwrap(), unit: Some(label("cm")) };
    let first = VariantFacts {
        variant_id: id(11),
        sku: Sku::new("LAMP-RED").unwrap(),
        title: label("Red"),
        price: euros(12_50),
        attributes: vec![Attribute { name: label("Colour"), value: AttributeValue::Choice("red".to_owned()) }],
        weight_grams: Some(1200),
        width_mm: Some(200),
        height_mm: Some(430),
        depth_mm: Some(200),
    };
    // Nobody has measured the second one.
    let second = VariantFacts {
        variant_id: id(12),
        sku: Sku::new("LAMP-BLUE").unwrap(),
        title: label("Blue"),
        price: euros(13_00),
        attributes: Vec::new(),
        weight_grams: None,
        width_mm: None,
        height_mm: None,
        depth_mm: None,
    };
    ProductFacts {
        product_id: id(1),
        vendor_id: id(2),
        handle: Handle::new("lamp").unwrap(),
        title: label("Lamp"),
        description: Description::new("Gives light.").unwrap(),
        status,
        category_id: Some(id(3)),
        attributes: vec![Attribute { name: label("Height"), value: height }],
        variants: vec![first, second],
    }
}

#[test]
fn every_event_has_an_example() {
    let tenant = Some(id(9));
    let (product, vendor, category, variant) = (facts(ProductStatus::Published).product_id, id(2), id(3), id(11));
    let definition = AttributeDefinition {
        name: label("Colour"),
        kind: AttributeKind::Choice,
        unit: None,
        choices: vec![label("red"), label("blue")],
        is_required: true,
    };
    let created = ProductEvent::Created(facts(ProductStatus::Draft));
    let onboarded = VendorEvent::Onboarded {
        vendor_id: vendor,
        handle: Handle::new("lights").unwrap(),
        name: label("Lights"),
        description: Description::new("Lamps of all kinds.").unwrap(),
        currency: "EUR".parse().unwrap(),
    };
    let vendor_updated = VendorEvent::Updated {
        vendor_id: vendor,
        name: label("Lights & Co"),
        description: Description::new("Lamps.").unwrap(),
    };
    let category_created = CategoryEvent::Created {
        category_id: category,
        handle: Handle::new("lamps").unwrap(),
        name: label("Lamps"),
        description: Description::default(),
        parent_id: None,
        attribute_definitions: vec![definition.clone()],
    };
    let category_updated = CategoryEvent::Updated {
        category_id: category,
        name: label("Lamps"),
        description: Description::default(),
        attribute_definitions: vec![definition],
    };
    let moved = CategoryEvent::Moved { category_id: category, from_parent_id: None, to_parent_id: Some(id(4)) };
    let changed =
        PriceEvent::Changed { product_id: product, variant_id: variant, before: euros(12_50), after: euros(11_00) };
    let examples = [
        example("vendor", vendor, tenant, &onboarded),
        example("vendor", vendor, tenant, &vendor_updated),
        example("category", category, None, &category_created),
        example("category", category, None, &category_updated),
        example("category", category, None, &moved),
        example("product", product, tenant, &created),
        example("product", product, tenant, &ProductEvent::Updated(facts(ProductStatus::Published))),
        example("product", product, tenant, &ProductEvent::Published(facts(ProductStatus::Published))),
        example("product", product, tenant, &ProductEvent::Archived(facts(ProductStatus::Archived))),
        example("price", variant, tenant, &changed),
    ];
    published(NAME, PUBLISHES, examples);
}
