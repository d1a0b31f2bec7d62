//! From the systems of Chinese maps to WGS-84.
//!
//! Both shifts are published as formulas from WGS-84 outwards; the way back is found by iteration, to less than a
//! unit of 1e-7 degrees. It is done once, at import: what is stored is the result, and the numbers of the list
//! beside it. Floats are fine for that, as nothing is ever worked out twice and compared.

use super::Position;
use crate::org::Crs;

/// Krasovsky 1940, on which GCJ-02 is built: half the longer axis in metres, and the eccentricity squared.
const AXIS: f64 = 6_378_245.0;
const ECCENTRICITY: f64 = 0.006_693_421_622_965_943;

impl Crs {
    /// Where this is in WGS-84.
    #[must_use]
    pub fn to_wgs84(self, position: Position) -> Position {
        match self {
            Self::Wgs84 => position,
            Self::Gcj02 => units(back(degrees(position), gcj02)),
            Self::Bd09 => units(back(back(degrees(position), bd09), gcj02)),
        }
    }
}

/// Latitude and longitude in degrees.
type Degrees = (f64, f64);

fn degrees(position: Position) -> Degrees {
    (f64::from(position.lat) * 1e-7, f64::from(position.lon) * 1e-7)
}

fn units((lat, lon): Degrees) -> Position {
    Position { lat: (lat * 1e7).round() as i32, lon: (lon * 1e7).round() as i32 }
}

/// What `shift` moves to `there`. The shifts change slowly, so that each step gains three digits.
fn back(there: Degrees, shift: fn(Degrees) -> Degrees) -> Degrees {
    let mut here = there;
    for _ in 0..8 {
        let (lat, lon) = shift(here);
        here = (here.0 + there.0 - lat, here.1 + there.1 - lon);
    }
    here
}

/// WGS-84 to GCJ-02. Outside China's box nothing is shifted.
fn gcj02((lat, lon): Degrees) -> Degrees {
    use core::f64::consts::PI;
    if !(72.004..=137.8347).contains(&lon) || !(0.8293..=55.8271).contains(&lat) {
        return (lat, lon);
    }
    let (x, y) = (lon - 105.0, lat - 35.0);
    // Two waves along `v`: their heights, and how often each turns in a degree.
    let waves = |v: f64, heights: (f64, f64), turns: (f64, f64)| {
        (heights.0 * (turns.0 * v * PI).sin() + heights.1 * (turns.1 * v * PI).sin()) * 2.0 / 3.0
    };
    let common = waves(x, (20.0, 20.0), (6.0, 2.0));
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + common
        + waves(y, (20.0, 40.0), (1.0, 1.0 / 3.0))
        + waves(y, (160.0, 320.0), (1.0 / 12.0, 1.0 / 30.0));
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + common
        + waves(x, (20.0, 40.0), (1.0, 1.0 / 3.0))
        + waves(x, (150.0, 300.0), (1.0 / 12.0, 1.0 / 30.0));
    let radians = lat.to_radians();
    let magic = 1.0 - ECCENTRICITY * radians.sin().powi(2);
    let root = magic.sqrt();
    let lat_shift = north.to_degrees() / (AXIS * (1.0 - ECCENTRICITY) / (magic * root));
    let lon_shift = east.to_degrees() / (AXIS / root * radians.cos());
    (lat + lat_shift, lon + lon_shift)
}

/// GCJ-02 to BD-09.
fn bd09((lat, lon): Degrees) -> Degrees {
    let turn = core::f64::consts::PI * 3_000.0 / 180.0;
    let far = lon.hypot(lat) + 0.000_02 * (lat * turn).sin();
    let angle = lat.atan2(lon) + 0.000_003 * (lon * turn).cos();
    (far * angle.sin() + 0.006, far * angle.cos() + 0.0065)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_places_are_found_again() {
        // Published by the libraries that everybody compares with (coordtransform): 116.404, 39.915.
        let (lat, lon) = gcj02((39.915, 116.404));
        assert!(
            (lat - 39.916_404_284_216_7).abs() < 1e-6 && (lon - 116.410_244_499_169_38).abs() < 1e-6,
            "{lat} {lon}"
        );
        let (lat, lon) = bd09((39.915, 116.404));
        assert!(
            (lat - 39.921_336_993_510_21).abs() < 1e-6 && (lon - 116.410_369_493_710_29).abs() < 1e-6,
            "{lat} {lon}"
        );
        let tokyo = Position { lat: 356_000_000, lon: 1_397_000_000 };
        assert_eq!(Crs::Gcj02.to_wgs84(tokyo), tokyo, "nothing is shifted outside China");
    }

    proptest! {
        #[test]
        fn there_and_back_is_less_than_a_unit(lat in 180_000_000_i32..530_000_000, lon in 740_000_000_i32..1_340_000_000) {
            let wgs = Position { lat, lon };
            let gcj = gcj02(degrees(wgs));
            let near = |a: Position| (a.lat - lat).abs() <= 1 && (a.lon - lon).abs() <= 1;
            prop_assert!(near(Crs::Gcj02.to_wgs84(units(gcj))));
            prop_assert!(near(Crs::Bd09.to_wgs84(units(bd09(gcj)))));
        }
    }
}
