//! The context, opened: its store, its policies, its provider.

use crate::{
    NAME,
    calls::Calls,
    domain::payment::Payment,
    graphql::builder,
    provider::{Gate, Provider, Sandbox, SandboxLog, stripe},
    requests::Requests,
    settings::{PaymentsSettings, ProviderSettings, SandboxSettings},
    webhooks::{SandboxWebhooks, notify},
};
use hansa_messaging::{Erasures, FileShredding, LogFeed, Workers};
use hansa_relational::{Database, Migrations, OpenOptions, Relational, migrations};
use hansa_subgraph_host::{Caller, OpenError, Policies, Resource, Services, Subgraph};
use hansa_values::TenantId;
use std::sync::Arc;

/// Steps of the tables, for both engines.
pub(crate) const MIGRATIONS: Migrations = migrations![
    "0001_payments",
    "0002_ledger",
    "0003_payment_methods",
    "0004_erased_users",
    "0005_disputes",
    "0006_fee_postings",
    "0007_ledger_slots",
    "0008_undone",
    "0009_sent_at"
];
/// Lanes of the log: an order's payments share one with the order.
const LANES: i64 = 4;

/// The bounded context payments. Clones share everything.
#[derive(Debug, Clone)]
pub struct Payments {
    pub(crate) db: Relational,
    pub(crate) policies: Arc<Policies>,
    pub(crate) services: Services,
    pub(crate) feed: LogFeed,
    pub(crate) settings: Arc<PaymentsSettings>,
    pub(crate) provider: Gate,
    sandbox: Option<SandboxLog>,
}

impl Payments {
    /// Opens or makes `payments.sqlite` in the context's folder; settings are the environment's.
    pub async fn open(services: &Services) -> Result<Payments, OpenError> {
        let settings = PaymentsSettings::from_environment();
        let settings = settings.map_err(|error| OpenError::new("read the settings of payments", error))?;
        if let Some(warning) = settings.warning(services.mode) {
            tracing::warn!("{warning}");
        }
        Payments::open_with(services, settings).await
    }

    pub async fn open_with(services: &Services, settings: PaymentsSettings) -> Result<Payments, OpenError> {
        let policies = Policies::parse(include_str!("policies.cedar"));
        let policies = policies.map_err(|error| OpenError::new("read the policies of payments", error))?;
        let options = OpenOptions { lanes: LANES, ..OpenOptions::default() };
        let db = Relational::open_with(services.database(NAME), &MIGRATIONS, options).await;
        let db = db.map_err(|error| OpenError::new("open the database of payments", error))?;
        let (provider, sandbox) = provider(services, &settings.provider, &db).await?;
        let provider = Gate::new(provider, (settings.calls_max, settings.call_time_max));
        let (policies, settings) = (Arc::new(policies), Arc::new(settings));
        let feed = LogFeed::start(NAME, Arc::new(db.clone()));
        Ok(Payments { db, policies, services: services.clone(), feed, settings, provider, sandbox })
    }

    /// What a host serves.
    pub fn subgraph(&self) -> Subgraph {
        let secret = match &self.settings.provider {
            ProviderSettings::Stripe(stripe) => stripe.webhook_secret.as_ref(),
            ProviderSettings::Sandbox(_) => None,
        };
        builder()
            .data(self.clone())
            .public_routes(stripe::webhook::routes(self, secret))
            .workers(self.workers())
            .finish(&self.services)
    }

    /// The store of this context.
    pub fn store(&self) -> &Relational {
        &self.db
    }

    /// What the sandbox did as a provider; `None` where another provider is used.
    pub fn sandbox_log(&self) -> Option<&SandboxLog> {
        self.sandbox.as_ref()
    }

    pub(crate) fn workers(&self) -> Workers {
        let Services { bus, clock, ids, .. } = &self.services;
        Workers::new(NAME, bus, &self.db, (clock, ids))
            .consumer(Requests)
            .consumer(Erasures::new(crate::erasures::forget))
            .jobs(Calls(self.clone()))
            .jobs(SandboxWebhooks(self.clone()))
            .jobs(FileShredding::new(&self.db, (clock, ids)))
    }

    pub(crate) fn may(&self, caller: &Caller, action: &str, resource: &Resource) -> bool {
        self.policies.is_allowed(caller, action, resource)
    }
}

/// The adapter that the settings want.
async fn provider(
    services: &Services,
    settings: &ProviderSettings,
    db: &Relational,
) -> Result<(Arc<dyn Provider>, Option<SandboxLog>), OpenError> {
    match settings {
        ProviderSettings::Stripe(settings) => {
            let stripe = stripe::Stripe::new(settings);
            let stripe = stripe.map_err(|error| OpenError::new("make a client for the payment provider", error))?;
            Ok((Arc::new(stripe), None))
        }
        ProviderSettings::Sandbox(settings) => {
            let (sandbox, log) = sandbox(services, settings, db).await?;
            Ok((Arc::new(sandbox), Some(log)))
        }
    }
}

async fn sandbox(
    services: &Services,
    settings: &SandboxSettings,
    db: &Relational,
) -> Result<(Sandbox, SandboxLog), OpenError> {
    let server = services.servers.postgres.as_deref();
    let database = Database::of(server, &services.data_folder, "payments_sandbox");
    let log = SandboxLog::open(database, &services.ids).await;
    let log = log.map_err(|error| OpenError::new("open the log of the payment sandbox", error))?;
    let sandbox = Sandbox::new(settings.clone(), log.clone(), &services.clock);
    Ok((sandbox.notifying(notify(db, services)), log))
}

/// A payment, as policies see it. `tenant` is the only one that sells in its order.
pub(crate) fn payment_resource(payment: &Payment, tenant: Option<TenantId>) -> Resource {
    Resource::new("Payment", payment.id).with("buyer", payment.buyer).with_optional("tenant", tenant)
}

/// The ledger of a tenant, or of the platform.
pub(crate) fn ledger_resource(tenant: Option<TenantId>) -> Resource {
    Resource::new("Ledger", "").with_optional("tenant", tenant)
}
