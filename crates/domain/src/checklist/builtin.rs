//! The five checklists that come with the product, as data.

use super::ChecklistVersion;

const FILES: [&str; 5] = [
    include_str!("../../data/checklists/network.json"),
    include_str!("../../data/checklists/hotline.json"),
    include_str!("../../data/checklists/hall.json"),
    include_str!("../../data/checklists/online.json"),
    include_str!("../../data/checklists/billing.json"),
];

/// The five built-in checklists: network, hotline, hall, online, billing.
///
/// # Errors
/// None in a build whose tests passed: the files are part of the build.
pub fn builtin() -> Result<Vec<ChecklistVersion>, json::Error> {
    FILES.iter().map(|file| json::from_str(file)).collect()
}
