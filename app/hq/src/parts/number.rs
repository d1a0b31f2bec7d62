//! Numbers as people read them, without floats.

use domain::place::Position;

/// `number` in units of which one shown unit has `scale`, to two decimals, without zeros at the end: 462000 by 60000 is `7.7`.
#[must_use]
pub(crate) fn scaled(number: i64, scale: i64) -> String {
    let scale = scale.max(1);
    let sign = if number < 0 { "-" } else { "" };
    let hundredths = (i128::from(number.unsigned_abs()) * 100 + i128::from(scale) / 2) / i128::from(scale);
    let whole = hundredths / 100;
    match hundredths % 100 {
        0 => format!("{sign}{whole}"),
        part if part % 10 == 0 => format!("{sign}{whole}.{}", part / 10),
        part => format!("{sign}{whole}.{part:02}"),
    }
}

/// An amount of money in 分 as 元: 150 is `1.50`.
#[must_use]
pub(crate) fn money(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}

/// Weight points of 1/10,000: 125000 is `12.5`.
#[must_use]
pub(crate) fn points(earned: i64) -> String {
    scaled(earned, 10_000)
}

/// A share of 1/10,000 as a percentage: 5000 is `50%`.
#[must_use]
pub(crate) fn percent(share: i32) -> String {
    format!("{}%", scaled(i64::from(share), 100))
}

/// Metres as people say them: `41 m`, `3.2 km`.
#[must_use]
pub(crate) fn metres(metres: u32) -> String {
    if metres < 1000 { format!("{metres} m") } else { format!("{} km", scaled(i64::from(metres / 100) * 100, 1000)) }
}

/// A position in degrees to five decimals, which is a metre: `30.27415, 120.15515`.
#[must_use]
pub(crate) fn degrees(position: Position) -> String {
    let one = |units: i32| {
        let (sign, units) = (if units < 0 { "-" } else { "" }, units.unsigned_abs() / 100);
        format!("{sign}{}.{:05}", units / 100_000, units % 100_000)
    };
    [one(position.lat), one(position.lon)].join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_without_floats() {
        assert_eq!(degrees(Position { lat: 302_741_559, lon: -1_200_500_001 }), "30.27415, -120.05000");
        assert_eq!(scaled(462_000, 60_000), "7.7");
        assert_eq!(scaled(1_234, 1_000), "1.23");
        assert_eq!(scaled(1_005, 1_000), "1.01");
        assert_eq!(scaled(-1_500, 1_000), "-1.5");
        assert_eq!(scaled(7, 1), "7");
        assert_eq!(money(-5), "-0.05");
        assert_eq!(points(125_000), "12.5");
        assert_eq!(percent(3_333), "33.33%");
        assert_eq!((metres(41), metres(3_240)), ("41 m".to_owned(), "3.2 km".to_owned()));
    }
}
