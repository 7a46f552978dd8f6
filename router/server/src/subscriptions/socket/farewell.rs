//! How a client learns why its WebSocket is closed.

use super::{Socket, close::Close};
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use tokio::{io::AsyncReadExt, time::timeout};

/// How long the two sides may take to agree that it is over.
pub(super) const FAREWELL_MAX: Duration = Duration::from_secs(1);

/// Sends the close frame and reads until the client has answered it: unread bytes would make the system reset the
/// connection and drop what was sent.
pub(super) async fn take_leave(socket: &mut Socket, close: &Close, patience: Duration) {
    let farewell = async {
        if socket.send(close.message()).await.is_err() {
            return;
        }
        while let Some(Ok(message)) = socket.next().await {
            if message.is_close() {
                return;
            }
        }
        // After what was no frame, or too large, a socket reads no more frames: these are its bytes.
        let mut part = [0; 4096];
        while matches!(socket.get_mut().read(&mut part).await, Ok(1..)) {}
    };
    // Whoever does not answer is left without.
    let _ = timeout(patience, farewell).await;
}
