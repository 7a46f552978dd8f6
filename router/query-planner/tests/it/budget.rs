//! What planning may cost: hostile operations end quickly, with an error, and in bounded memory.
