//! What a product needs to be published: a category, a variant, and the attributes that the category wants.

use super::{AttributeDefinition, Checks, Product, ProductEvent, ProductStatus, Refusal, Refusals};
use chrono::{DateTime, Utc};

impl Product {
    /// Makes a draft or an archived product visible to everyone. `definitions` are those that hold in its category.
    pub fn publish(
        &mut self,
        definitions: &[&AttributeDefinition],
        now: DateTime<Utc>,
    ) -> Result<ProductEvent, Refusals> {
        if self.status == ProductStatus::Published {
            return Err(Refusal::WrongStatus(self.status).into());
        }
        self.expect_publishable(definitions)?;
        self.status = ProductStatus::Published;
        self.published_at = self.published_at.or(Some(now));
        self.touch(now);
        Ok(ProductEvent::Published(self.facts()))
    }

    pub(super) fn expect_publishable(&self, definitions: &[&AttributeDefinition]) -> Result<(), Refusals> {
        let mut checks = Checks::default();
        if self.category.is_none() {
            checks.refuse(Refusal::CategoryMissing);
        }
        if self.variants.is_empty() {
            checks.refuse(Refusal::VariantMissing);
        }
        for definition in definitions.iter().filter(|definition| definition.is_required) {
            if !self.has_attribute(definition) {
                checks.refuse(Refusal::AttributeMissing(definition.name.as_str().to_owned()));
            }
        }
        checks.finish(Some(()))
    }

    fn has_attribute(&self, definition: &AttributeDefinition) -> bool {
        let mut of_variants = self.variants.iter().map(|variant| &variant.attributes);
        let has =
            |attributes: &Vec<super::Attribute>| attributes.iter().any(|attribute| attribute.name == definition.name);
        has(&self.attributes) || !self.variants.is_empty() && of_variants.all(has)
    }
}
