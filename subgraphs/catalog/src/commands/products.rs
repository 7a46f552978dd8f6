//! Commands on products.

use super::{
    ATTEMPTS_MAX, CommandError, Done, ProductArchiveInput, ProductCreateInput, ProductPublishInput, ProductUpdateInput,
    expect_version, inputs::given_attributes, variants::read_variant,
};
use crate::{
    Catalog,
    domain::{
        Attribute, AttributeDefinition, CategoryId, CategoryTree, Checks, Description, Handle, NewProduct, NewVariant,
        Product, ProductChanges, ProductEvent, ProductId, Refusal, Refused, Sku, Variant, VariantId, Vendor,
    },
};
use async_graphql::ID;
use hansa_documents::{Begun, StoreError};
use hansa_event_sourcing::{Command, DomainEvent};
use hansa_subgraph_host::Caller;
use serde::{Deserialize, Serialize};

/// Which product a command changes: itself by id, or the one that has a variant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) id: TargetId,
    /// Of the input, that has the id.
    pub(super) field: &'static str,
    /// The variant that it is about.
    pub(super) variant: Option<VariantId>,
    pub(super) sku: SkuPlace,
}

/// Where in the input a SKU stands that is taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum SkuPlace {
    /// `sku`.
    Input,
    /// `variant.sku`.
    Variant,
    /// `variants.2.sku`: the product's variants are the input's, in its order.
    Variants,
}

/// What a repetition of a command is answered from.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Written {
    product: ProductId,
    variant: Option<VariantId>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum TargetId {
    Product(ProductId),
    Variant(VariantId),
}

impl Catalog {
    /// Makes a draft, with as many variants as are known already.
    pub async fn product_create(
        &self,
        caller: &Caller,
        command: &Command,
        input: &ProductCreateInput,
    ) -> Result<Done<Product>, CommandError> {
        let write = match self.stores.begin_product(command).await? {
            Begun::Replayed(written) => {
                return Ok(Done::earlier(self.written(caller, written, ("vendor", "vendorId")).await?.0));
            }
            Begun::Fresh(write) => write,
        };
        let vendor = self.vendor_to_write(caller, (&input.vendor_id, "vendorId")).await?;
        let taxonomy = self.stores.taxonomy().await?;
        let new = checked(input, command, (&vendor, &taxonomy.tree))?;
        let (product, event) = Product::create(new, command.now)?;
        let events = vec![recorded(&product, &event)];
        let written = Written { product: product.id, variant: None };
        match self.stores.write_product(write, product.clone(), (written, events)).await {
            Ok(answer) if answer.is_replayed => {
                Ok(Done::earlier(self.written(caller, answer.payload, ("vendor", "vendorId")).await?.0))
            }
            Ok(_) => Ok(Done::now(product)),
            Err(error) => Err(self.explained(error, &product, SkuPlace::Variants).await),
        }
    }

    /// Changes a draft or a published product.
    pub async fn product_update(
        &self,
        caller: &Caller,
        command: &Command,
        input: &ProductUpdateInput,
    ) -> Result<Done<Product>, CommandError> {
        let target = Target::product(&input.id, "id")?;
        self.change_product(caller, command, target, |product, tree| {
            expect_version(input.expected_version, product.version)?;
            let category = read_category(input.category_id.as_ref(), tree);
            let definitions = definitions(category.as_ref().ok().copied().flatten().or(product.category), tree);
            let mut checks = Checks::default();
            let category = checks.take("categoryId", category);
            let handle = checks.take("handle", input.handle.as_deref().map(Handle::new).transpose());
            let title = checks.take("title", input.title.as_deref().map(Product::title).transpose());
            let description = input.description.as_deref().map(Description::new).transpose();
            let description = checks.take("description", description);
            let attributes = input.attributes.as_deref().map(given_attributes);
            let attributes = attributes.map(|given| Attribute::read_all(&given, &definitions)).transpose();
            let attributes = checks.take_within("attributes", attributes);
            let all = category.zip(handle).zip(title).zip(description).zip(attributes);
            let ((((category, handle), title), description), attributes) = checks.finish(all)?;
            let changes = ProductChanges { handle, title, description, category, attributes };
            let event = product.update(changes, &definitions, command.now)?;
            Ok(vec![recorded(product, &event)])
        })
        .await
        .map(Done::product)
    }

    /// Shows a product to everybody.
    pub async fn product_publish(
        &self,
        caller: &Caller,
        command: &Command,
        input: &ProductPublishInput,
    ) -> Result<Done<Product>, CommandError> {
        let target = Target::product(&input.id, "id")?;
        self.change_product(caller, command, target, |product, tree| {
            expect_version(input.expected_version, product.version)?;
            if self.stores.suspensions.has(product.tenant) {
                return Err(Refusal::TenantSuspended.into());
            }
            let event = product.publish(&definitions(product.category, tree), command.now)?;
            Ok(vec![recorded(product, &event)])
        })
        .await
        .map(Done::product)
    }

    /// Takes a product off the shelf; its id stays known to its vendor's staff.
    pub async fn product_archive(
        &self,
        caller: &Caller,
        command: &Command,
        input: &ProductArchiveInput,
    ) -> Result<Done<Product>, CommandError> {
        let target = Target::product(&input.id, "id")?;
        self.change_product(caller, command, target, |product, _| {
            expect_version(input.expected_version, product.version)?;
            let event = product.archive(command.now)?;
            Ok(vec![recorded(product, &event)])
        })
        .await
        .map(Done::product)
    }

    /// Loads, decides and writes, again when somebody else wrote between. Without events nothing is written.
    pub(super) async fn change_product(
        &self,
        caller: &Caller,
        command: &Command,
        target: Target,
        decide: impl Fn(&mut Product, &CategoryTree) -> Result<Vec<DomainEvent>, Vec<Refused>>,
    ) -> Result<Done<(Product, Option<VariantId>)>, CommandError> {
        for _ in 0..ATTEMPTS_MAX {
            let write = match self.stores.begin_product(command).await? {
                Begun::Replayed(written) => {
                    return Ok(Done::earlier(self.written(caller, written, target.unknown()).await?));
                }
                Begun::Fresh(write) => write,
            };
            let mut product = self.product_to_write(caller, target).await?;
            let taxonomy = self.stores.taxonomy().await?;
            let events = decide(&mut product, &taxonomy.tree)?;
            if events.is_empty() {
                return Ok(Done::now((product, target.variant)));
            }
            let written = Written { product: product.id, variant: target.variant };
            match self.stores.write_product(write, product.clone(), (written, events)).await {
                Ok(answer) if answer.is_replayed => {
                    return Ok(Done::earlier(self.written(caller, answer.payload, target.unknown()).await?));
                }
                Ok(_) => return Ok(Done::now((product, target.variant))),
                Err(StoreError::VersionConflict { .. }) => {}
                Err(error) => return Err(self.explained(error, &product, target.sku).await),
            }
        }
        Err(CommandError::Contended)
    }

    /// A product of the caller's acting tenant; any other is as unknown as one that is not there.
    async fn product_to_write(&self, caller: &Caller, target: Target) -> Result<Product, CommandError> {
        let found = match target.id {
            TargetId::Product(id) => self.stores.product(id).await?,
            TargetId::Variant(id) => self.stores.products_of_variants(&[id]).await?.pop(),
        };
        let found = found.filter(|product| self.access.may_write(caller, product.tenant));
        let (what, field) = target.unknown();
        found.ok_or_else(|| Refusal::NotFound(what).at(field).into())
    }

    /// What an earlier command wrote, for whoever may still write it: a key alone shows nothing.
    async fn written(
        &self,
        caller: &Caller,
        written: Written,
        (what, field): (&'static str, &str),
    ) -> Result<(Product, Option<VariantId>), CommandError> {
        let product = self.stores.product(written.product).await?;
        let product = product.ok_or(CommandError::Store(StoreError::NotFound))?;
        if !self.access.may_write(caller, product.tenant) {
            return Err(Refusal::NotFound(what).at(field).into());
        }
        Ok((product, written.variant))
    }

    /// A broken rule of uniqueness as what it means.
    async fn explained(&self, error: StoreError, product: &Product, place: SkuPlace) -> CommandError {
        match error {
            StoreError::UniqueViolation { index } if index == "handle" => {
                Refusal::HandleTaken(product.handle.to_string()).at("handle").into()
            }
            StoreError::UniqueViolation { index } if index == "sku" => match self.stores.taken_sku(product).await {
                Ok(sku) => place.refused(product, sku).into(),
                Err(error) => error.into(),
            },
            error => error.into(),
        }
    }
}

fn checked(
    input: &ProductCreateInput,
    command: &Command,
    (vendor, tree): (&Vendor, &CategoryTree),
) -> Result<NewProduct, Vec<Refused>> {
    let category = read_category(input.category_id.as_ref(), tree);
    let definitions = definitions(category.as_ref().ok().copied().flatten(), tree);
    let mut checks = Checks::default();
    let category = checks.take("categoryId", category);
    let title = checks.take("title", Product::title(&input.title));
    let handle = match &input.handle {
        Some(handle) => Handle::new(handle),
        None => Handle::from_title(&input.title),
    };
    let handle = checks.take("handle", handle);
    let description = checks.take("description", Description::new(&input.description));
    let attributes = Attribute::read_all(&given_attributes(&input.attributes), &definitions);
    let attributes = checks.take_within("attributes", attributes);
    let variants = checks.take_within("variants", read_variants(input, command, (vendor, &definitions)));
    let all = category.zip(title).zip(handle).zip(description).zip(attributes).zip(variants);
    let (((((category, title), handle), description), attributes), variants) = checks.finish(all)?;
    let Vendor { id: vendor, tenant, currency, .. } = *vendor;
    let id = command.ids.id();
    Ok(NewProduct { id, vendor, tenant, currency, handle, title, description, category, attributes, variants })
}

fn read_variants(
    input: &ProductCreateInput,
    command: &Command,
    (vendor, definitions): (&Vendor, &[&AttributeDefinition]),
) -> Result<Vec<NewVariant>, Vec<Refused>> {
    if input.variants.len() > Variant::COUNT_MAX {
        return Err(Refusal::LimitReached { what: "variants", max: Variant::COUNT_MAX }.into());
    }
    let mut checks = Checks::default();
    let mut variants = Vec::with_capacity(input.variants.len());
    for (index, variant) in input.variants.iter().enumerate() {
        let read = read_variant(variant, command.ids.id(), (vendor.currency, definitions));
        variants.extend(checks.take_within(&index.to_string(), read));
    }
    checks.finish(Some(variants))
}

impl Done<(Product, Option<VariantId>)> {
    pub(super) fn product(self) -> Done<Product> {
        Done { entity: self.entity.0, is_replayed: self.is_replayed }
    }
}

impl SkuPlace {
    fn refused(self, product: &Product, sku: Option<Sku>) -> Refused {
        let index = sku.as_ref().and_then(|sku| product.variants.iter().position(|variant| variant.sku == *sku));
        let refused = Refusal::SkuTaken(sku.map(|sku| sku.as_str().to_owned()).unwrap_or_default()).at("sku");
        match (self, index) {
            (SkuPlace::Input, _) => refused,
            (SkuPlace::Variant, _) => refused.within("variant"),
            (SkuPlace::Variants, Some(index)) => refused.within(&index.to_string()).within("variants"),
            (SkuPlace::Variants, None) => refused.within("variants"),
        }
    }
}

/// What is no id of the kind is the id of nothing.
impl Target {
    /// What there is none of for whom it is not, and the field that asked for it.
    fn unknown(self) -> (&'static str, &'static str) {
        let what = match self.id {
            TargetId::Product(_) => "product",
            TargetId::Variant(_) => "variant",
        };
        (what, self.field)
    }

    pub(super) fn product(id: &str, field: &'static str) -> Result<Target, Refused> {
        let id = id.parse().map_err(|_| Refusal::NotFound("product").at(field))?;
        Ok(Target { id: TargetId::Product(id), field, variant: None, sku: SkuPlace::Input })
    }

    pub(super) fn variant(id: &str, field: &'static str) -> Result<(Target, VariantId), Refused> {
        let id = id.parse().map_err(|_| Refusal::NotFound("variant").at(field))?;
        Ok((Target { id: TargetId::Variant(id), field, variant: Some(id), sku: SkuPlace::Input }, id))
    }
}

fn read_category(id: Option<&ID>, tree: &CategoryTree) -> Result<Option<CategoryId>, Refusal> {
    let Some(id) = id else { return Ok(None) };
    let id = id.parse().ok().filter(|id| tree.get(*id).is_some());
    id.map(Some).ok_or(Refusal::NotFound("category"))
}

pub(super) fn definitions(category: Option<CategoryId>, tree: &CategoryTree) -> Vec<&AttributeDefinition> {
    let found = category.map(|category| tree.definitions(category)).unwrap_or_default();
    found.into_iter().map(|(_, definition)| definition).collect()
}

pub(super) fn recorded(product: &Product, event: &ProductEvent) -> DomainEvent {
    DomainEvent::new("product", (product.id.to_string(), product.version), Some(product.tenant), event)
}
