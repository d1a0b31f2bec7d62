//! What time it is, for phones and receipts.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::time::Moment;

/// Now.
pub(crate) fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Today, as `2026-11-24`.
pub(crate) fn today() -> String {
    // Days since 1970 as a civil date (Howard Hinnant's algorithm).
    let days = now().0.div_euclid(86_400_000) + 719_468;
    let era = days.div_euclid(146_097);
    let day = days.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (date, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{:04}-{month:02}-{date:02}", year + era * 400 + i64::from(month <= 2))
}

#[cfg(test)]
mod tests {
    #[test]
    fn today_has_a_date() {
        let today = super::today();
        assert!(today.len() == 10 && today.as_str() > "2026-01-01", "{today}");
    }
}
