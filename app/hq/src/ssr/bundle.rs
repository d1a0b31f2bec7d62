//! HQ's files, under the hashed names that the build gave them.

/// Where HQ's files are served. The server reads it from the asset manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The style sheet.
    pub style: String,
    /// The module that makes the page come alive; none where HQ was built without its bundle.
    pub script: Option<String>,
    /// The sprite of icons.
    pub sprite: String,
}
