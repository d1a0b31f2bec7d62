//! A QR code as the path of an SVG.

use qrcode::{Color, EcLevel, QrCode};

use crate::people::shape::QrPath;

/// The code of `text`: one square a dark module. `None` if it is too long for a code.
pub(crate) fn path(text: &str) -> Option<QrPath> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (n, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", n % width, n / width));
        }
    }
    Some(QrPath { width: width as u32, path })
}
