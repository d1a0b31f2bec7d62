//! Sums over test runners that do not know of one another.

/// How many tests passed and failed, and which failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that passed.
    pub(crate) passed: u32,
    /// Tests that failed.
    pub(crate) failed: u32,
    /// Their names, as their runner gives them, each with the first line of why where it says so.
    pub(crate) failures: Vec<String>,
}

impl Tally {
    /// Takes a line of a runner's output into account.
    pub(crate) fn read(&mut self, line: &str) {
        let line = strip_colours(line);
        let line = line.trim();
        self.name(line);
        if let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|l| l.split_once(". ")) {
            for part in counts.split(';') {
                self.count(part.trim());
            }
        } else if line.chars().next().is_some_and(|c| c.is_ascii_digit()) {
            // Playwright: `3 passed (4.2s)`, `1 failed`, `2 did not run`.
            let line = line.split(" (").next().unwrap_or(line);
            self.count(line);
        }
    }

    fn name(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.failures.push(name.to_owned());
        } else if let Some((number, name)) = line.split_once(") ")
            && number.parse::<u32>().is_ok()
            && name.contains(" › ")
        {
            // Playwright's list at the end, ruled off to the width of a screen.
            self.failures.push(name.trim_end_matches(['─', ' ']).to_owned());
        } else if line.starts_with("Error: ") || line.starts_with("Test timeout of ") {
            let why: String = line.chars().take(WHY).collect();
            if let Some(last) = self.failures.last_mut().filter(|last| !last.contains('\n')) {
                last.push_str("\n    ");
                last.push_str(&why);
            }
        }
    }

    fn count(&mut self, part: &str) {
        let Some((number, what)) = part.split_once(' ') else {
            return;
        };
        let Ok(number) = number.parse::<u32>() else {
            return;
        };
        match what {
            "passed" => self.passed += number,
            // One that needed a second try or never started has not passed.
            "failed" | "flaky" | "did not run" | "interrupted" => self.failed += number,
            _ => {}
        }
    }
}

/// Characters of a reason that a summary shows.
const WHY: usize = 120;

fn strip_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(start) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..start]);
        rest = rest[start..].split_once(|c: char| c.is_ascii_alphabetic()).map_or("", |(_, tail)| tail);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn check(lines: &[&str], passed: u32, failed: u32) {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(line);
        }
        assert_eq!((tally.passed, tally.failed), (passed, failed), "{lines:?}");
    }

    #[test]
    fn names_what_failed() {
        let mut tally = Tally::default();
        for line in [
            "test rules::counts ... ok",
            "test rules::weighs ... FAILED",
            "  \u{2718}  12 tests/walk.spec.ts:10:5 › walks (3.2s)",
            "  1) tests/walk.spec.ts:10:5 › walks \u{2500}\u{2500}\u{2500}",
            "    Error: \u{1b}[2mexpect(\u{1b}[22mlocator).toBeVisible() failed",
            "    Error: a second one",
            "3) not a test",
        ] {
            tally.read(line);
        }
        assert_eq!(
            tally.failures,
            ["rules::weighs", "tests/walk.spec.ts:10:5 › walks\n    Error: expect(locator).toBeVisible() failed"]
        );
    }

    #[test]
    fn reads_libtest() {
        check(
            &[
                "running 4 tests",
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s",
                "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
            ],
            15,
            2,
        );
    }

    #[test]
    fn reads_playwright() {
        check(&["  7 passed (1.2m)", "\u{1b}[31m  1 failed\u{1b}[39m", "  2 did not run", "  1 flaky"], 7, 4);
    }

    #[test]
    fn is_not_fooled_by_other_numbers() {
        check(&["2 tests failed to compile", "12 passed over the bridge", "3 photos"], 0, 0);
    }
}
