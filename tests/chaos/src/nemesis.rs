//! What goes wrong: a seed decides which fault comes when, and every fault that was applied is counted.

use crate::{process::Process, system::System};
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
const VICTIMS: [&str; 6] = ["orders", "inventory", "payments", "shipping", "catalog", "router"];

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
}

const WITH_SERVERS: [Fault; 8] = [
    Fault::Kill,
    Fault::Pause,
    Fault::KillMany,
    Fault::DatabaseKill,
    Fault::DatabaseRestart,
    Fault::BrokerKill,
    Fault::BrokerOutage,
    Fault::BrokerRollback,
];
const EMBEDDED: [Fault; 3] = [Fault::Kill, Fault::Pause, Fault::KillMany];

/// Applies faults, one after another.
#[derive(Debug)]
pub struct Nemesis {
    rng: Rng,
    pub applied: BTreeMap<Fault, u32>,
}

impl Nemesis {
    pub fn new(seed: u64) -> Nemesis {
        Nemesis { rng: Rng::with_seed(seed), applied: BTreeMap::new() }
    }

    /// Breaks things until the time is over, then heals everything.
    pub async fn run(&mut self, system: &mut System, duration: Duration) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < duration {
            let faults: &[Fault] = if system.postgres.is_some() { &WITH_SERVERS } else { &EMBEDDED };
            let fault = faults[self.rng.usize(..faults.len())];
            self.apply(fault, system).await?;
            *self.applied.entry(fault).or_default() += 1;
            sleep(Duration::from_millis(self.rng.u64(200..1_500))).await;
        }
        system.wait_until_ready().await
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
            Fault::DatabaseKill | Fault::DatabaseRestart => {
                let away = Duration::from_millis(self.rng.u64(0..2_000));
                let Some(postgres) = &mut system.postgres else { return Ok(()) };
                match fault {
                    Fault::DatabaseKill => postgres.kill_9(),
                    _ => postgres.stop().await?,
                }
                sleep(away).await;
                Ok(postgres.restart().await?)
            }
            Fault::BrokerKill | Fault::BrokerOutage => {
                let span = if fault == Fault::BrokerKill { 0..500 } else { 1_000..5_000 };
                let away = Duration::from_millis(self.rng.u64(span));
                let Some(nats) = &mut system.nats else { return Ok(()) };
                nats.kill_9();
                sleep(away).await;
                Ok(nats.restart().await?)
            }
            Fault::BrokerRollback => self.roll_back(system).await,
        }
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
