//! What crosses the wire between a phone and the server.
