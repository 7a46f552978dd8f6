//! Up is when contexts have heard what others had to tell by then: a cart knows the products of the shop. Contexts can do
//! without, so this is not waited for forever.

use crate::output;
use hansa_event_sourcing::LogError;
use hansa_messaging::{Behind, CatchingUp, Workers};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

const WAITED_MAX: Duration = Duration::from_secs(60);
/// What takes no longer is not worth a line.
const SILENT_MAX: Duration = Duration::from_millis(500);
const LOOKED_EVERY: Duration = Duration::from_millis(50);

/// Until consumers have taken what was recorded before, and for a minute at most.
pub(super) async fn wait(workers: &[Workers]) {
    let mut behind = Vec::new();
    let failure = match timeout(WAITED_MAX, caught_up(workers, &mut behind)).await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => format!("it cannot be seen whether they have: {error}"),
        Err(_) => format!("after {} s these have not: {}", WAITED_MAX.as_secs(), listed(&behind)),
    };
    tracing::warn!(reason = failure, "contexts are up before they have heard everything; they go on with it meanwhile");
}

/// `behind` has those that are waited for.
async fn caught_up(workers: &[Workers], behind: &mut Vec<Behind>) -> Result<(), LogError> {
    let started = Instant::now();
    let mut is_said = false;
    let catching_up = CatchingUp::of(workers).await?;
    loop {
        *behind = catching_up.behind().await?;
        if behind.is_empty() {
            if is_said {
                output::report(&format!("They have, after {:.1} s\n", started.elapsed().as_secs_f64()));
            }
            return Ok(());
        }
        if !is_said && started.elapsed() > SILENT_MAX {
            is_said = true;
            let consumers = listed(behind);
            output::report(&format!("Waiting until contexts have heard of each other's things: {consumers}\n"));
        }
        sleep(LOOKED_EVERY).await;
    }
}

fn listed(behind: &[Behind]) -> String {
    let texts: Vec<String> = behind.iter().map(Behind::to_string).collect();
    texts.join(", ")
}
