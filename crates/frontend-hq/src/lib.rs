//! WASM entry point of /hq.
