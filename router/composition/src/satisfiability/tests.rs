//! Small supergraphs and what is said of them.
