//! The settings file.

use std::path::Path;

use super::Layer;
use crate::failure::{Exit, Failure, Result};

impl Layer {
    /// Reads a TOML file.
    ///
    /// # Errors
    /// [`Exit::Usage`] if it is missing, is no TOML, or says what no setting is called or takes.
    pub fn read(file: &Path) -> Result<Self> {
        let name = file.display();
        let text = std::fs::read_to_string(file).map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("设置文件 {name} 无法读取:{error}"),
                format!("the settings file {name} cannot be read: {error}"),
            )
        })?;
        toml::from_str(&text).map_err(|error| {
            // The message quotes the faulty line: say where it is instead, it may hold a password.
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
            let what = error.message();
            Failure::new(
                Exit::Usage,
                format!("设置文件 {name} 第 {line} 行有误:{what}"),
                format!("the settings file {name} is wrong in line {line}: {what}"),
            )
        })
    }
}
