//! A sound history passes; each way of breaking a promise is found, and under its own name.

use checker::{Event, check, read};

/// One op that a phone cut, sent, had answered and let go of; a photo; a reader of the feed.
const SOUND: &str = r#"
{"ev":"cut","who":"p","op":"a","journal":"j","seq":1,"digest":"da","files":["f"]}
{"ev":"cut","who":"p","op":"b","journal":"j","seq":2,"digest":"db"}
{"ev":"sent","who":"p","call":1,"journal":"j","ops":[{"op":"a","seq":1,"digest":"da"}]}
{"ev":"answered","call":1,"outcome":"unknown"}
{"ev":"sent","who":"p","call":2,"journal":"j","ops":[{"op":"a","seq":1,"digest":"da"},{"op":"b","seq":2,"digest":"db"}]}
{"ev":"answered","call":2,"outcome":"ok","results":[{"op":"a","seq":1,"digest":"da","verdict":"duplicate","first":"applied","rev":1},{"op":"b","seq":2,"digest":"db","verdict":"held","rev":2}]}
{"ev":"freed","who":"p","op":"a"}
{"ev":"freed","who":"p","op":"b"}
{"ev":"stored","sha256":"f","right":true}
{"ev":"complete","visit":"v"}
{"ev":"read","who":"r","from":0,"revs":[1],"to":1}
{"ev":"read","who":"r","from":1,"revs":[2],"to":2}
{"ev":"acted","who":"hq","op":"h","digest":"dh","outcome":"ok","verdict":"applied"}
{"ev":"log","rev":1,"op":"a","digest":"da","verdict":"applied","subject":"v","base":0}
{"ev":"log","rev":2,"op":"b","digest":"db","verdict":"held"}
{"ev":"log","rev":3,"op":"h","digest":"dh","verdict":"applied"}
{"ev":"place","journal":"j","seq":1,"op":"a","rev":1}
{"ev":"place","journal":"j","seq":2,"op":"b","rev":2}
{"ev":"effect","op":"a","times":1}
{"ev":"wrote","op":"a","subject":"v","value":"x"}
{"ev":"shows","subject":"v","value":"x"}
{"ev":"evidence","visit":"v","sha256":"f","counted":true,"present":true}
{"ev":"visit","visit":"v","expected":1,"verified":1}
{"ev":"device","who":"p","state":"s"}
{"ev":"server","who":"p","state":"s"}
{"ev":"end"}
"#;

fn faults(history: &str) -> Vec<String> {
    let events: Vec<Event> = read(history).expect("a history");
    check(&events).faults.into_iter().map(|fault| format!("{}: {}", fault.promise, fault.what)).collect()
}

/// The sound history with `from` replaced by `to`; `from` is there.
fn with(from: &str, to: &str) -> Vec<String> {
    assert!(SOUND.contains(from), "{from}");
    faults(&SOUND.replace(from, to))
}

#[test]
fn a_sound_history_passes_and_is_counted() {
    assert_eq!(faults(SOUND), Vec::<String>::new());
    let counts = check(&read(SOUND).expect("a history")).counts;
    assert_eq!((counts.ops, counts.acknowledged, counts.unknown, counts.values), (3, 3, 1, 1));
    assert_eq!((counts.evidence, counts.devices, counts.restores), (1, 1, 0));
}

#[test]
fn every_line_comes_back_as_it_was() {
    for line in SOUND.trim().lines() {
        let event: Event = serde_json::from_str(line).expect("an event");
        assert_eq!(serde_json::to_string(&event).expect("JSON"), line);
    }
    assert!(read("{\"ev\":\"nothing\"}").is_err());
}

#[test]
fn each_fault_is_found() {
    let log_b = r#"{"ev":"log","rev":2,"op":"b","digest":"db","verdict":"held"}
{"ev":"log","rev":3,"#;
    for (from, to, found) in [
        (log_b, r#"{"ev":"log","rev":2,"#, "P9: op b was acknowledged and is not in the log"),
        (
            r#""digest":"db","verdict":"held","rev":2}]"#,
            r#""digest":"db","verdict":"held","rev":1}]"#,
            "P1: rev 1 was acknowledged as op a, and then as op b",
        ),
        (
            r#"{"ev":"answered","call":1,"outcome":"unknown"}"#,
            r#"{"ev":"answered","call":1,"outcome":"ok","results":[{"op":"a","seq":1,"digest":"da","verdict":"applied","rev":7}]}"#,
            "P1: op a was acknowledged at rev 7, and then at 1",
        ),
        (r#""rev":3,"op":"h""#, r#""rev":3,"op":"a""#, "P2: op a is in the log at 1 and at 3"),
        (
            r#""op":"a","digest":"da","verdict":"applied","subject""#,
            r#""op":"a","digest":"zz","verdict":"applied","subject""#,
            "P2: op a is in the log with a body",
        ),
        (r#""op":"a","times":1"#, r#""op":"a","times":2"#, "P2: op a has its effect 2 times"),
        (r#""op":"a","times":1"#, r#""op":"q","times":1"#, "P2: op q has its effect 1 times"),
        (r#"{"ev":"place","journal":"j","seq":1,"op":"a","rev":1}"#, "", "P14: place 2 of journal j follows 0"),
        (r#""seq":2,"op":"b","rev":2}"#, r#""seq":1,"op":"b","rev":2}"#, "P14: place 1 of journal j was used by"),
        (r#""op":"a","rev":1}"#, r#""op":"a","rev":9}"#, "P14: op b at place 2"),
        (
            r#""verdict":"held","rev":2}]"#,
            r#""verdict":"refused","rev":2}]"#,
            "P3: p counts op b as safe without a receipt",
        ),
        (r#"{"ev":"freed","who":"p","op":"b"}"#, r#"{"ev":"forgot","who":"p","op":"b"}"#, "P3: p let go of op b"),
        (r#"{"ev":"shows","subject":"v","value":"x"}"#, "", "P13: what op a wrote to v"),
        (
            r#""counted":true,"present":true"#,
            r#""counted":true,"present":false"#,
            "P10: f of visit v counts and is not there",
        ),
        (r#""expected":1,"verified":1"#, r#""expected":0,"verified":0"#, "P10: visit v says 0 of 0"),
        (r#""sha256":"f","right":true"#, r#""sha256":"f","right":false"#, "P10: f is kept with other bytes"),
        (r#""from":1,"revs":[2],"to":2"#, r#""from":1,"revs":[],"to":2"#, "P12: r read [] between 1 and 2"),
        (r#""from":1,"revs":[2],"to":2"#, r#""from":2,"revs":[3],"to":3"#, "P12: r went on at 2"),
        (r#""ev":"server","who":"p","state":"s""#, r#""ev":"server","who":"p","state":"t""#, "P12: p believes s"),
        (r#"{"ev":"end"}"#, "", "recording: the history has no end"),
    ] {
        let faults = with(from, to);
        assert!(faults.iter().any(|fault| fault.starts_with(found)), "{found}: {faults:?}");
    }
}

#[test]
fn what_a_living_phone_has_must_come() {
    let cut = r#"{"ev":"cut","who":"q","op":"c","journal":"k","seq":1,"digest":"dc"}"#;
    let lost = format!("{cut}\n{SOUND}");
    assert_eq!(faults(&lost), ["P8: op c was cut and never came"]);
    let died = format!("{cut}\n{{\"ev\":\"died\",\"who\":\"q\"}}\n{SOUND}");
    assert_eq!(faults(&died), Vec::<String>::new(), "nobody promised anything");
}

#[test]
fn a_restore_excuses_only_what_nobody_has_any_more() {
    let log_b =
        "{\"ev\":\"log\",\"rev\":2,\"op\":\"b\",\"digest\":\"db\",\"verdict\":\"held\"}\n{\"ev\":\"log\",\"rev\":3,";
    let restored = "{\"ev\":\"restored\",\"rev\":1}\n{\"ev\":\"log\",\"rev\":1,";
    let lost = SOUND.replace(log_b, "{\"ev\":\"log\",\"rev\":2,").replace("{\"ev\":\"log\",\"rev\":1,", restored);
    assert!(faults(&lost).iter().any(|fault| fault.starts_with("P9: op b")), "{:?}", faults(&lost));
    let forgot =
        lost.replace("{\"ev\":\"restored\"", "{\"ev\":\"forgot\",\"who\":\"p\",\"op\":\"b\"}\n{\"ev\":\"restored\"");
    assert!(!faults(&forgot).iter().any(|fault| fault.starts_with("P9")), "{:?}", faults(&forgot));
}

/// Seeds 3426 and 3673: put back after a phone's last push, and the phone was emptied without having asked again.
#[test]
fn a_phone_is_emptied_only_after_an_answer_that_came_since_the_last_restore() {
    let before = SOUND.split("{\"ev\":\"stored\"").next().expect("a beginning");
    let log = "{\"ev\":\"log\",\"rev\":1,\"op\":\"a\",\"digest\":\"da\",\"verdict\":\"applied\"}";
    let restored = "{\"ev\":\"restored\",\"rev\":1}";
    let witness = "{\"ev\":\"sent\",\"who\":\"p\",\"call\":3,\"journal\":\"j\",\"ops\":[]}";
    let (served, answered) = ("{\"ev\":\"served\",\"call\":3}", "{\"ev\":\"answered\",\"call\":3,\"outcome\":\"ok\"}");
    let forgot = "{\"ev\":\"forgot\",\"who\":\"p\",\"op\":\"b\"}";
    let end = "{\"ev\":\"end\"}";
    let found = |lines: &[&str]| {
        let history = format!("{before}{}\n{log}\n{end}\n", lines.join("\n"));
        faults(&history).iter().any(|fault| fault.starts_with("P9: op b"))
    };
    assert!(!found(&[witness, served, restored, answered, forgot]), "nobody could know");
    assert!(!found(&[witness, served, answered, restored, forgot]), "nobody could know");
    assert!(found(&[witness, restored, served, answered, forgot]), "the answer came from the restored server");
    assert!(found(&[restored, witness, served, answered, forgot]), "the answer came from the restored server");
}

/// The answer to a push came after the server was put back: it speaks of a log that is gone.
#[test]
fn an_answer_from_before_a_restore_says_nothing_about_after_it() {
    let died = "{\"ev\":\"died\",\"who\":\"p\"}\n{\"ev\":\"log\",\"rev\":1,\"op\":\"h\",\"digest\":\"dh\",\"verdict\":\"applied\"}\n";
    let before = SOUND.split("{\"ev\":\"answered\",\"call\":2").next().expect("a beginning");
    let answer = SOUND.lines().find(|line| line.starts_with("{\"ev\":\"answered\",\"call\":2")).expect("the answer");
    let late = format!("{before}{{\"ev\":\"restored\",\"rev\":0}}\n{answer}\n{died}{{\"ev\":\"end\"}}\n");
    assert!(!faults(&late).iter().any(|fault| fault.starts_with("P9")), "{:?}", faults(&late));
}
