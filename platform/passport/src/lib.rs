//! The signed proof of who is calling: minted by the router, checked by subgraphs.
