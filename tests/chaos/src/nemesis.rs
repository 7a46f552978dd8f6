//! What goes wrong: a seed decides which fault comes when, and every fault that was applied is counted.

use crate::{process::Process, proxy::Mischief, system::System};
use anyhow::{Result, bail};
use fastrand::Rng;
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// Processes that are killed and paused. Without identity nobody signs in, which is nobody's order.
const VICTIMS: [&str; 7] = ["orders", "inventory", "payments", "shipping", "catalog", "social", "router"];

/// One kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// `kill -9` of a process, started again soon after.
    Kill,
    /// SIGSTOP, and SIGCONT seconds later: a long pause, after which it believes that no time has passed.
    Pause,
    /// Several processes at once.
    KillMany,
    /// `kill -9` of PostgreSQL, which recovers when it is started again.
    DatabaseKill,
    /// PostgreSQL stopped and started.
    DatabaseRestart,
    /// `kill -9` of NATS.
    BrokerKill,
    /// NATS away for some seconds.
    BrokerOutage,
    /// NATS started on an older copy of its directory: what was acknowledged since is gone.
    BrokerRollback,
    /// `kill -9` of the server of documents.
    DocumentsKill,
    /// The server of documents stopped and started.
    DocumentsRestart,
    /// Deliveries of events come twice.
    DeliveryDuplicate,
    /// Deliveries of events come in another order.
    DeliveryReorder,
    /// Events are published twice.
    PublishDuplicate,
    /// Connections to NATS end.
    ConnectionCut,
    /// Everything to and from NATS takes longer.
    BrokerDelay,
}

/// How often a fault was applied, and how many messages or connections it touched where it is one of the network's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    pub times: u32,
    pub touched: u64,
}

const PROCESSES: [Fault; 3] = [Fault::Kill, Fault::Pause, Fault::KillMany];
const SERVERS: [Fault; 5] =
    [Fault::DatabaseKill, Fault::DatabaseRestart, Fault::BrokerKill, Fault::BrokerOutage, Fault::BrokerRollback];
const DOCUMENTS: [Fault; 2] = [Fault::DocumentsKill, Fault::DocumentsRestart];
const NETWORK: [Fault; 5] = [
    Fault::DeliveryDuplicate,
    Fault::DeliveryReorder,
    Fault::PublishDuplicate,
    Fault::ConnectionCut,
    Fault::BrokerDelay,
];

/// Applies faults, one after another; one of the network's goes on during another one now and then.
#[derive(Debug)]
pub struct Nemesis {
    seed: u64,
    rng: Rng,
    pub applied: BTreeMap<Fault, Applied>,
}

impl Nemesis {
    pub fn new(seed: u64) -> Nemesis {
        Nemesis { seed, rng: Rng::with_seed(seed), applied: BTreeMap::new() }
    }

    /// Breaks things until the time is over, then heals everything.
    pub async fn run(&mut self, system: &mut System, duration: Duration) -> Result<()> {
        let started = Instant::now();
        let mut kinds = PROCESSES.to_vec();
        kinds.extend(SERVERS.iter().filter(|_| system.postgres.is_some()));
        kinds.extend(DOCUMENTS.iter().filter(|_| system.mongo.is_some()));
        let network: &[Fault] = if system.proxy.is_some() { &NETWORK } else { &[] };
        while started.elapsed() < duration {
            match self.rng.usize(..kinds.len() + network.len()).checked_sub(kinds.len()) {
                None => {
                    let fault = kinds[self.rng.usize(..kinds.len())];
                    self.apply(fault, system).await?;
                    self.count(fault, 0);
                }
                Some(index) => self.disturb(network[index], &kinds, system).await?,
            }
            sleep(Duration::from_millis(self.rng.u64(200..1_500))).await;
        }
        system.wait_until_ready().await
    }

    /// A fault of the network goes on for a while, or during another fault. It counts when there was something to disturb.
    async fn disturb(&mut self, fault: Fault, kinds: &[Fault], system: &mut System) -> Result<()> {
        let Some((mischief, proxy)) = mischief(fault).zip(system.proxy.as_ref()) else { return Ok(()) };
        proxy.begin(mischief, self.seed.wrapping_mul(1_000).wrapping_add(self.rng.u64(..1_000)));
        sleep(Duration::from_millis(self.rng.u64(500..2_000))).await;
        if self.rng.bool() {
            let other = kinds[self.rng.usize(..kinds.len())];
            self.apply(other, system).await?;
            self.count(other, 0);
        }
        sleep(Duration::from_millis(self.rng.u64(500..2_000))).await;
        let touched = system.proxy.as_ref().map_or(0, |proxy| proxy.end());
        if touched > 0 {
            self.count(fault, touched);
        }
        Ok(())
    }

    fn count(&mut self, fault: Fault, touched: u64) {
        let applied = self.applied.entry(fault).or_default();
        applied.times += 1;
        applied.touched += touched;
    }

    async fn apply(&mut self, fault: Fault, system: &mut System) -> Result<()> {
        match fault {
            Fault::Kill => self.kill(system, 1).await,
            Fault::KillMany => {
                let count = self.rng.usize(2..=4);
                self.kill(system, count).await
            }
            Fault::Pause => {
                let (name, span) = (self.victim(), Duration::from_millis(self.rng.u64(500..4_000)));
                let process = find(system, name)?;
                process.pause();
                sleep(span).await;
                process.resume();
                Ok(())
            }
            Fault::BrokerRollback => self.roll_back(system).await,
            of_server => self.take_away(of_server, system).await,
        }
    }

    /// A server ends, and comes back.
    async fn take_away(&mut self, fault: Fault, system: &mut System) -> Result<()> {
        let span = match fault {
            Fault::BrokerKill => 0..500,
            Fault::BrokerOutage => 1_000..5_000,
            _ => 0..2_000,
        };
        let away = Duration::from_millis(self.rng.u64(span));
        match fault {
            Fault::DatabaseKill | Fault::DatabaseRestart => {
                let Some(postgres) = &mut system.postgres else { return Ok(()) };
                match fault {
                    Fault::DatabaseKill => postgres.kill_9(),
                    _ => postgres.stop().await?,
                }
                sleep(away).await;
                postgres.restart().await?;
            }
            Fault::DocumentsKill | Fault::DocumentsRestart => {
                let Some(mongo) = &mut system.mongo else { return Ok(()) };
                match fault {
                    Fault::DocumentsKill => mongo.kill_9(),
                    _ => mongo.stop().await?,
                }
                sleep(away).await;
                mongo.restart().await?;
            }
            _ => {
                let Some(nats) = &mut system.nats else { return Ok(()) };
                nats.kill_9();
                sleep(away).await;
                nats.restart().await?;
            }
        }
        Ok(())
    }

    async fn kill(&mut self, system: &mut System, count: usize) -> Result<()> {
        let mut names = VICTIMS.to_vec();
        self.rng.shuffle(&mut names);
        names.truncate(count);
        for name in &names {
            find(system, name)?.kill_9();
        }
        sleep(Duration::from_millis(self.rng.u64(0..2_000))).await;
        for name in &names {
            find(system, name)?.start()?;
        }
        Ok(())
    }

    /// A copy is taken of a stopped broker; some time later the broker stops again and is given the copy.
    async fn roll_back(&mut self, system: &mut System) -> Result<()> {
        let copy = system.folder.join("nats-copy");
        let between = Duration::from_millis(self.rng.u64(500..2_000));
        let Some(nats) = &mut system.nats else { return Ok(()) };
        nats.kill_9();
        copy_folder(nats.store_folder(), &copy)?;
        nats.restart().await?;
        sleep(between).await;
        nats.kill_9();
        fs::remove_dir_all(nats.store_folder())?;
        copy_folder(&copy, nats.store_folder())?;
        fs::remove_dir_all(&copy)?;
        Ok(nats.restart().await?)
    }

    fn victim(&mut self) -> &'static str {
        VICTIMS[self.rng.usize(..VICTIMS.len())]
    }
}

fn mischief(fault: Fault) -> Option<Mischief> {
    match fault {
        Fault::DeliveryDuplicate => Some(Mischief::DeliveryDuplicate),
        Fault::DeliveryReorder => Some(Mischief::DeliveryReorder),
        Fault::PublishDuplicate => Some(Mischief::PublishDuplicate),
        Fault::ConnectionCut => Some(Mischief::ConnectionCut),
        Fault::BrokerDelay => Some(Mischief::Delay),
        _ => None,
    }
}

fn find<'a>(system: &'a mut System, name: &str) -> Result<&'a mut Process> {
    match system.processes().find(|process| process.name == name) {
        Some(process) => Ok(process),
        None => bail!("there is no process {name}"),
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status()?;
    match status.success() {
        true => Ok(()),
        false => bail!("could not copy {} to {}", from.display(), to.display()),
    }
}
