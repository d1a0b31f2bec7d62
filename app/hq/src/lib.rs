//! HQ in a browser.
