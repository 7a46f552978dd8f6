//! The process's allocator: mimalloc, which is told to give freed memory back soon.
//!
//! The only crate with `unsafe` code: one call of a C function that takes two numbers.

use std::ffi::{c_int, c_long};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` in mimalloc's header. Its options are numbered, and keep their numbers.
const PURGE_DELAY: c_int = 15;

/// mimalloc's own value is a second, in which a router frees and asks for what large answers need many times over.
const PURGE_DELAY_MS: c_long = 10;

/// What the user set in the environment holds.
const VARIABLE: &str = "MIMALLOC_PURGE_DELAY";

/// To be called first in `main`, before there are threads.
pub fn give_memory_back_soon() {
    if std::env::var_os(VARIABLE).is_some() {
        return;
    }
    // SAFETY: the function writes a number into a table of the library, for an option that the linked version has. It must not
    // run while other threads ask for memory: there are none yet, and the library reads the number as an atomic one.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, PURGE_DELAY_MS) };
}

#[cfg(test)]
mod tests {
    fn purge_delay_ms() -> std::ffi::c_long {
        // SAFETY: reads the same table.
        unsafe { libmimalloc_sys::mi_option_get(super::PURGE_DELAY) }
    }

    /// The number of the option is right when the library's own value is what its header says, and ours is there afterwards.
    #[test]
    fn freed_memory_goes_back_soon() {
        if std::env::var_os(super::VARIABLE).is_some() {
            println!("ignored: {} is set", super::VARIABLE);
            return;
        }
        assert_eq!(purge_delay_ms(), 1000);
        super::give_memory_back_soon();
        assert_eq!(purge_delay_ms(), 10);
    }
}
