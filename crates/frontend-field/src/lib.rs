//! WASM entry point of /field.
