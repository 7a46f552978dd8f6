//! The context through its front door.
