//! Positions on earth, with how sure they are, and the reasons why there is none.

mod crs;

use serde::{Deserialize, Serialize};

/// A WGS-84 position in units of 1e-7 degrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Latitude, 1e-7 degrees, -900000000 to 900000000.
    pub lat: i32,
    /// Longitude, 1e-7 degrees, -1800000000 to 1800000000.
    pub lon: i32,
}

/// A position as a phone measured it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// Latitude, 1e-7 degrees.
    pub lat: i32,
    /// Longitude, 1e-7 degrees.
    pub lon: i32,
    /// Radius of 68 % confidence in metres.
    pub accuracy_m: u32,
    /// How old the fix was when it was used, in ms.
    pub age_ms: i64,
}

/// Where the phone was, or why that is not known. A missing position is a reason, never a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whereabouts {
    /// The phone measured it.
    Fix(Fix),
    /// It did not.
    None(NoFix),
}

/// Why there is no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoFix {
    /// The person or the system refused it.
    Refused,
    /// No fix came in time.
    Timeout,
    /// The phone has no way to find out.
    Unavailable,
    /// The visit has no place: a call, a website, a bill.
    NotNeeded,
}

impl Fix {
    /// Where.
    #[must_use]
    pub const fn position(self) -> Position {
        Position { lat: self.lat, lon: self.lon }
    }
}

impl Position {
    /// Metres between two positions on a sphere of 6,371,009 m, rounded.
    ///
    /// Uses floats: it is shown beside a visit and never stored or scored.
    #[must_use]
    pub fn distance_m(self, other: Self) -> u32 {
        let radians = |units: i32| f64::from(units) * 1e-7_f64.to_radians();
        let (lat_a, lat_b) = (radians(self.lat), radians(other.lat));
        let half_lat = (lat_b - lat_a) / 2.0;
        let half_lon = (radians(other.lon) - radians(self.lon)) / 2.0;
        let h = half_lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * half_lon.sin().powi(2);
        (2.0 * 6_371_009.0 * h.sqrt().min(1.0).asin()).round() as u32
    }

    /// Whether this lies on earth.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        self.lat.unsigned_abs() <= 900_000_000 && self.lon.unsigned_abs() <= 1_800_000_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_latitude_is_111_km() {
        let a = Position { lat: 300_000_000, lon: 1_200_000_000 };
        let b = Position { lat: 310_000_000, lon: 1_200_000_000 };
        assert!((111_000..111_400).contains(&a.distance_m(b)));
        assert_eq!(a.distance_m(a), 0);
    }
}
