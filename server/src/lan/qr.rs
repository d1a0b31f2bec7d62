//! A QR code in the terminal: two rows of modules a line of text.

use qrcode::{EcLevel, QrCode, render::unicode::Dense1x2};

/// The code of `text`, light on dark as most terminals are; readers take both.
pub(super) fn terminal(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    Some(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_quiet_border() {
        let code = terminal("http://192.168.1.5:3080").unwrap();
        let lines: Vec<&str> = code.lines().collect();
        assert!(lines.len() > 12);
        assert!(lines[0].chars().all(|c| c == '█'), "{}", lines[0]);
    }
}
