//! What is sent together: as heavy as all of it.

use crate::{
    Shipping,
    domain::{ids::VariantId, method::ShippingMethod},
    tables::variants,
};
use hansa_subgraph_host::Fault;
use hansa_values::TenantId;

/// More lines are not quoted.
pub(super) const LINES_MAX: usize = 100;

#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) grams: i64,
    /// Whose the goods are, one for each line; `None` where that is not known.
    tenants: Vec<Option<TenantId>>,
}

impl Parcel {
    /// # Errors
    /// Bad input where nothing or too much is to be sent, or something that is not known.
    pub(super) async fn of(context: &Shipping, lines: &[(VariantId, i64)]) -> Result<Parcel, Fault> {
        if lines.is_empty() || lines.len() > LINES_MAX {
            return Err(Fault::bad_input(format!("1 to {LINES_MAX} lines are quoted together")));
        }
        if !lines.iter().all(|(_, quantity)| (1..=1_000).contains(quantity)) {
            return Err(Fault::bad_input("a quantity is from 1 to 1000"));
        }
        let ids: Vec<VariantId> = lines.iter().map(|(id, _)| *id).collect();
        let known = variants::by_ids(&context.db, &ids).await?;
        let mut parcel = Parcel { grams: 0, tenants: Vec::with_capacity(lines.len()) };
        for (id, quantity) in lines {
            let unknown = || Fault::bad_input(format!("there is no variant {id}, or it is too new to be quoted"));
            let variant = known.get(id).ok_or_else(unknown)?;
            let of_line = variant.measures.chargeable_grams().saturating_mul(*quantity);
            parcel.grams = parcel.grams.saturating_add(of_line);
            parcel.tenants.push(variant.tenant);
        }
        Ok(parcel)
    }

    /// Whether it may go with this: a tenant's own way of shipping is for its own goods.
    pub(super) fn may_go_with(&self, method: &ShippingMethod) -> bool {
        method.tenant.is_none() || self.tenants.iter().all(|tenant| *tenant == method.tenant)
    }
}
