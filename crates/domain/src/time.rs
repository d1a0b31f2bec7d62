//! Moments, durations and the one way in which they are shown.
//!
//! A moment is i64 milliseconds since 1970 UTC. Shown times are the tenant's
//! (an offset that is data): the zone of a device or of a server never decides.

use serde::{Deserialize, Serialize};

use crate::text::Lang;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub i64);

/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

impl Moment {
    /// Milliseconds from `earlier` to this moment; negative if it is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This moment and `ms` milliseconds more.
    #[must_use]
    pub const fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

/// The tenant's offset from UTC in minutes (Asia/Shanghai: 480).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ZoneOffset(pub i32);

impl Default for ZoneOffset {
    fn default() -> Self {
        Self(480)
    }
}

/// A day of the tenant's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day {
    /// Year of the common era.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
}

/// A moment as a wall clock of the tenant shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallClock {
    /// The day.
    pub date: Day,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 59.
    pub second: u8,
}

impl Day {
    /// Days since 1970-01-01 (Howard Hinnant's civil algorithm).
    #[must_use]
    pub const fn days_since_epoch(self) -> i64 {
        let y = if self.month <= 2 { self.year - 1 } else { self.year } as i64;
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let month = self.month as i64;
        let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + self.day as i64 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The day that lies `days` days after 1970-01-01.
    #[must_use]
    pub const fn from_days_since_epoch(days: i64) -> Self {
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u8;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 } as u8;
        let year = (year_of_era + era * 400 + if month <= 2 { 1 } else { 0 }) as i32;
        Self { year, month, day }
    }

    /// The first moment of this day in the tenant's zone.
    #[must_use]
    pub const fn start(self, zone: ZoneOffset) -> Moment {
        Moment(self.days_since_epoch() * DAY_MS - zone.0 as i64 * MINUTE_MS)
    }

    /// The last millisecond of this day in the tenant's zone: a deadline runs to its end.
    #[must_use]
    pub const fn end(self, zone: ZoneOffset) -> Moment {
        Moment(self.start(zone).0 + DAY_MS - 1)
    }

    /// `2026-11-24`.
    #[must_use]
    pub fn iso(self) -> String {
        let mut out = String::with_capacity(10);
        push_padded(&mut out, self.year.unsigned_abs(), 4);
        out.push('-');
        push_padded(&mut out, u32::from(self.month), 2);
        out.push('-');
        push_padded(&mut out, u32::from(self.day), 2);
        out
    }

    /// Reads `2026-11-24`. `None` if it is no day of the calendar.
    #[must_use]
    pub fn parse_iso(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let day = Self {
            year: parts.next()?.parse().ok().filter(|y| (1..=9999).contains(y))?,
            month: parts.next()?.parse().ok()?,
            day: parts.next()?.parse().ok()?,
        };
        (Self::from_days_since_epoch(day.days_since_epoch()) == day).then_some(day)
    }
}

/// The first and the last moment that a calendar with years of four digits shows in every zone.
const SHOWN: (i64, i64) = (-62_135_596_800_000 + DAY_MS, 253_402_300_800_000 - DAY_MS - 1);

/// The wall clock of the tenant at `moment`. A phone whose clock is broken can name any moment: what lies beyond
/// the calendar is shown as its first or last one.
#[must_use]
pub const fn wall_clock(moment: Moment, zone: ZoneOffset) -> WallClock {
    let shown = if moment.0 < SHOWN.0 {
        SHOWN.0
    } else if moment.0 > SHOWN.1 {
        SHOWN.1
    } else {
        moment.0
    };
    let local = shown + zone.0 as i64 * MINUTE_MS;
    let ms_of_day = local.rem_euclid(DAY_MS);
    WallClock {
        date: Day::from_days_since_epoch(local.div_euclid(DAY_MS)),
        hour: (ms_of_day / HOUR_MS) as u8,
        minute: (ms_of_day % HOUR_MS / MINUTE_MS) as u8,
        second: (ms_of_day % MINUTE_MS / 1000) as u8,
    }
}

/// `10:41`.
#[must_use]
pub fn show_time(moment: Moment, zone: ZoneOffset) -> String {
    let clock = wall_clock(moment, zone);
    let mut out = String::with_capacity(5);
    push_padded(&mut out, u32::from(clock.hour), 2);
    out.push(':');
    push_padded(&mut out, u32::from(clock.minute), 2);
    out
}

/// `2026-11-24 10:41`: sortable, the same in both languages.
#[must_use]
pub fn show_date_time(moment: Moment, zone: ZoneOffset) -> String {
    let mut out = wall_clock(moment, zone).date.iso();
    out.push(' ');
    out.push_str(&show_time(moment, zone));
    out
}

/// How a moment is called on a screen whose own moment is `now`: `今天 10:41`,
/// `昨天 16:05`, `11-20 09:00`, or with the year where it is another one.
#[must_use]
pub fn show_relative(moment: Moment, now: Moment, zone: ZoneOffset, lang: Lang) -> String {
    let then = wall_clock(moment, zone).date;
    let today = wall_clock(now, zone).date;
    let days = today.days_since_epoch() - then.days_since_epoch();
    let mut out = String::with_capacity(16);
    match (days, lang) {
        (0, Lang::Zh) => out.push_str("今天"),
        (0, Lang::En) => out.push_str("Today"),
        (1, Lang::Zh) => out.push_str("昨天"),
        (1, Lang::En) => out.push_str("Yesterday"),
        (-1, Lang::Zh) => out.push_str("明天"),
        (-1, Lang::En) => out.push_str("Tomorrow"),
        _ if then.year == today.year => out.push_str(&then.iso()[5..]),
        _ => out.push_str(&then.iso()),
    }
    out.push(' ');
    out.push_str(&show_time(moment, zone));
    out
}

/// A duration as a stopwatch shows it: `07:42`, or `1:07:42` from an hour on.
#[must_use]
pub fn show_duration(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    let mut out = String::with_capacity(8);
    if seconds >= 3600 {
        push_padded(&mut out, (seconds / 3600) as u32, 1);
        out.push(':');
    }
    push_padded(&mut out, (seconds % 3600 / 60) as u32, 2);
    out.push(':');
    push_padded(&mut out, (seconds % 60) as u32, 2);
    out
}

fn push_padded(out: &mut String, value: u32, width: usize) {
    let mut digits = [b'0'; 10];
    let mut rest = value;
    let mut used = 0;
    while rest > 0 || used < width.max(1) {
        digits[used] = b'0' + (rest % 10) as u8;
        rest /= 10;
        used += 1;
    }
    for digit in digits[..used].iter().rev() {
        out.push(char::from(*digit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHANGHAI: ZoneOffset = ZoneOffset(480);

    /// Once an overflow: whoever opened the visit of a phone with a broken clock waited for an answer that never came.
    #[test]
    fn moments_beyond_the_calendar_are_shown_as_its_ends() {
        for (ms, shown) in [
            (i64::MIN, "0001-01-02 08:00"),
            (i64::MAX, "9999-12-31 07:59"),
            (253_402_300_800_000, "9999-12-31 07:59"),
            (0, "1970-01-01 08:00"),
        ] {
            assert_eq!(show_date_time(Moment(ms), SHANGHAI), shown);
            assert!(!show_relative(Moment(ms), Moment(0), SHANGHAI, Lang::Zh).is_empty());
            assert!(!show_relative(Moment(0), Moment(ms), ZoneOffset(-720), Lang::En).is_empty());
        }
    }

    #[test]
    fn times_are_the_tenants() {
        let moment = Moment(1_795_571_999_000); // 2026-11-24T23:59:59Z... in Shanghai already the 25th
        let clock = wall_clock(moment, SHANGHAI);
        assert_eq!(clock.date.iso(), Day::from_days_since_epoch((1_795_571_999_000 + 8 * HOUR_MS) / DAY_MS).iso());
        assert_eq!(show_time(Moment(0), SHANGHAI), "08:00");
        assert_eq!(show_date_time(Moment(0), SHANGHAI), "1970-01-01 08:00");
    }

    #[test]
    fn words_for_days() {
        let now = Day { year: 2026, month: 3, day: 1 }.start(SHANGHAI).plus(10 * HOUR_MS);
        let show = |ms, lang| show_relative(now.plus(ms), now, SHANGHAI, lang);
        assert_eq!(show(0, Lang::Zh), "今天 10:00");
        assert_eq!(show(-11 * HOUR_MS, Lang::Zh), "昨天 23:00");
        assert_eq!(show(DAY_MS, Lang::En), "Tomorrow 10:00");
        assert_eq!(show(-2 * DAY_MS, Lang::Zh), "02-27 10:00");
        assert_eq!(show(-90 * DAY_MS, Lang::En), "2025-12-01 10:00");
    }

    #[test]
    fn durations() {
        assert_eq!(show_duration(462_000), "07:42");
        assert_eq!(show_duration(4_062_999), "1:07:42");
        assert_eq!(show_duration(-5), "00:00");
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        assert_eq!(Day::parse_iso("2026-02-29"), None);
        assert_eq!(Day::parse_iso("2026-13-01"), None);
        assert_eq!(Day::parse_iso("2026-1"), None);
        assert_eq!(Day::parse_iso("2024-02-29"), Some(Day { year: 2024, month: 2, day: 29 }));
    }

    proptest! {
        #[test]
        fn days_go_there_and_back(days in -500_000_i64..500_000) {
            prop_assert_eq!(Day::from_days_since_epoch(days).days_since_epoch(), days);
        }
    }
}
