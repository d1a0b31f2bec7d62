//! A month of past visits, some under way, some waiting: made of the same ops as real ones.

use domain::{
    assignment::{KeyedQuestion, Scenario, VisitMode, Window},
    checklist::{AnswerKind, ChecklistVersion, EvidenceNeed, EvidenceWhen},
    evidence::{CapturedKnown, EvidenceKind, EvidenceRecord, EvidenceSource, Sha256, StoredBytes},
    ids::{AccountId, EvidenceId},
    org::{Venue, VenueKind},
    place::{Fix, NoFix, Whereabouts},
    text::Text,
    time::{DAY_MS, HOUR_MS, MINUTE_MS, Moment},
    visit::{Impressions, Presence, VisitDocument},
};

use super::{answers::answers, luck::Luck, people::PEOPLE, pictures};

/// How far a demo visit has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A task that nobody has touched: for whoever tries the phone.
    Released,
    /// The supervisor is there.
    UnderWay,
    /// Handed in, with all of its evidence or all but one piece.
    Received {
        /// One photo is still on the phone.
        incomplete: bool,
    },
    /// Given back.
    Returned,
    /// HQ stands by it.
    Accepted,
    /// It does not count.
    Voided,
}

/// One demo visit.
#[derive(Clone, Debug)]
pub struct DemoVisit {
    /// Who makes it.
    pub supervisor: AccountId,
    /// Where.
    pub venue: Venue,
    /// Which of the five checklists.
    pub topic: usize,
    /// When the task was made.
    pub planned_at: Moment,
    /// When the supervisor arrived or began.
    pub begun_at: Moment,
    /// The window of the task.
    pub window: Window,
    /// How far it has come.
    pub progress: Progress,
    /// How many of a hundred answers come out well.
    pub quality: u64,
    /// The luck of its details.
    pub seed: u64,
}

/// The demo visits as of `now`, by the time of planning.
#[must_use]
pub fn visits(venues: &[Venue], now: Moment) -> Vec<DemoVisit> {
    let mut luck = Luck::new(20_240_601);
    let supervisors: Vec<AccountId> =
        PEOPLE.iter().filter(|person| person.is_supervisor()).map(super::people::Person::account).collect();
    let mut visits = Vec::new();
    let mut add = |venue: &Venue, age_ms: i64, progress: Progress, supervisor: usize, luck: &mut Luck| {
        let begun_at = now.plus(-age_ms);
        visits.push(DemoVisit {
            supervisor: supervisors[supervisor % supervisors.len()],
            venue: venue.clone(),
            topic: VenueKind::ALL.iter().position(|kind| *kind == venue.kind).unwrap_or(0),
            planned_at: begun_at.plus(-2 * DAY_MS),
            begun_at,
            window: Window { from: begun_at.plus(-DAY_MS), until: begun_at.plus(5 * DAY_MS) },
            progress,
            // A hall keeps its character: its number decides how well it does.
            quality: 62 + venue.code.bytes().map(u64::from).sum::<u64>() * 7 % 37,
            seed: luck.draw(),
        });
    };
    // Two past rounds over most venues, oldest first.
    for (n, venue) in venues.iter().enumerate().filter(|(n, _)| n % 7 != 6) {
        let age = 30 * DAY_MS - (n as i64 * 11 * HOUR_MS) - luck.below(4) as i64 * HOUR_MS;
        let progress = match n {
            9 | 41 => Progress::Voided,
            _ => Progress::Accepted,
        };
        add(venue, age.max(3 * DAY_MS), progress, n, &mut luck);
    }
    // What waits at HQ now: of every kind, some old enough to be late.
    for (k, n) in [0, 4, 8, 13, 18, 22, 27, 31, 34, 39, 48, 50, 54].into_iter().enumerate() {
        let progress = match k {
            2 => Progress::Returned,
            7 => Progress::Returned,
            4 | 9 => Progress::Received { incomplete: true },
            _ => Progress::Received { incomplete: false },
        };
        add(&venues[n], (2 + 7 * k as i64) * HOUR_MS + 20 * MINUTE_MS, progress, k + 3, &mut luck);
    }
    // Under way at this moment.
    add(&venues[16], 35 * MINUTE_MS, Progress::UnderWay, 4, &mut luck);
    add(&venues[24], 12 * MINUTE_MS, Progress::UnderWay, 5, &mut luck);
    // Tasks to try: the first supervisor has one of every kind, each of the others a hall.
    let halls = [(6, 1), (20, 2), (2, 3), (8, 4), (11, 5), (13, 6), (22, 7)];
    for (n, who) in [(1, 0), (36, 0), (49, 0), (51, 0), (55, 0)].into_iter().chain(halls) {
        add(&venues[n], 0, Progress::Released, who, &mut luck);
    }
    visits.sort_by_key(|visit| visit.planned_at);
    visits
}

/// The role to play at `venue`, with questions and right answers.
#[must_use]
pub fn scenario(venue: &Venue) -> Option<Scenario> {
    let question = |zh: &str, en: &str, answer_zh: &str, answer_en: &str| KeyedQuestion {
        question: Text::new(zh, en),
        answer: Text::new(answer_zh, answer_en),
    };
    match venue.kind {
        VenueKind::Hall => Some(Scenario {
            persona: Text::new(
                "您是在网三年的老用户,月租 59 元,觉得流量不够,想换一个流量多些的套餐,但不想换号,也不想签合约。",
                "You have been a customer for three years, pay 59 a month and want more data without a new number or a contract.",
            ),
            questions: vec![
                question(
                    "我这个老号码能不能改成你们现在宣传的新套餐?",
                    "Can my old number change to the plan that you advertise now?",
                    "能。老用户可选所有在售套餐,次月生效,不需要换号。",
                    "Yes. Existing users may take any plan on sale, from next month, with the same number.",
                ),
                question(
                    "套餐不满意,多久可以再换回来?要不要违约金?",
                    "If I do not like it, when can I change back, and is there a penalty?",
                    "无合约的套餐次月即可变更,没有违约金。",
                    "A plan without contract can be changed the next month, without penalty.",
                ),
            ],
        }),
        VenueKind::Hotline => Some(Scenario {
            persona: Text::new(
                "您发现本月账单里有一笔 10 元的增值业务费,不记得订过。",
                "There is a charge of 10 for an extra service on your bill, and you do not remember ordering it.",
            ),
            questions: vec![question(
                "这笔费用是什么时候、怎么开通的?能退吗?",
                "When and how was this ordered, and can I have it back?",
                "应能查到开通时间和渠道;未经同意开通的,核实后退还并关闭。",
                "They should find time and channel; if it was not agreed to, it is refunded after a check and switched off.",
            )],
        }),
        _ => None,
    }
}

/// The commitments that the company has published this year, to be compared with the wall.
#[must_use]
pub fn commitments() -> Vec<Text> {
    vec![
        Text::new("营业厅等候时间不超过 15 分钟。", "Waiting in a hall takes no more than 15 minutes."),
        Text::new("资费全面公示,明码标价,明白消费。", "All tariffs are displayed; what you pay is what you see."),
        Text::new(
            "投诉 48 小时内首次回复,15 日内办结。",
            "Complaints get a first answer within 48 hours and are settled within 15 days.",
        ),
        Text::new("计费差错双倍返还。", "Billing errors are refunded twice over."),
    ]
}

/// What the task's mode is: a demo has unannounced visits only.
pub const MODE: VisitMode = VisitMode::Covert;

/// The document that the visit hands in, and the bytes of its photos.
///
/// # Errors
/// None in practice: the pictures are encoded in memory.
pub fn document(
    visit: &DemoVisit,
    list: &ChecklistVersion,
    assignment: domain::ids::AssignmentId,
) -> image::ImageResult<(VisitDocument, Vec<Vec<u8>>)> {
    let mut luck = Luck::new(visit.seed);
    let stay = (16 + luck.below(25) as i64) * MINUTE_MS;
    let left_at = visit.begun_at.plus(stay);
    let old = matches!(visit.progress, Progress::Accepted | Progress::Voided);
    let given = answers(list, visit.quality, !old, &mut luck);
    let answered_at =
        given.keys().enumerate().map(|(n, item)| (*item, visit.begun_at.plus((2 + n as i64) * MINUTE_MS))).collect();
    let mut evidence = Vec::new();
    let mut photos = Vec::new();
    for item in list.items() {
        let Some(answer) = given.get(&item.id) else { continue };
        let Some(kind) = picture_kind(item.evidence.when, &item.evidence.kinds, answer.na.is_some()) else { continue };
        if photos.len() >= 6 && !matches!(item.answer, AnswerKind::Rating) {
            continue;
        }
        for _ in 0..item.evidence.min {
            let bytes = pictures::photo(&mut luck)?;
            evidence.push(EvidenceRecord {
                id: EvidenceId(uuid::Uuid::from_bytes(luck.bytes())),
                item: Some(item.id),
                kind,
                source: if kind == EvidenceKind::Photo {
                    EvidenceSource::InPageCamera
                } else {
                    EvidenceSource::Gallery
                },
                bytes: Some(StoredBytes {
                    sha256: Sha256::of(&bytes),
                    size: bytes.len() as u64,
                    mime: "image/jpeg".to_owned(),
                }),
                text: String::new(),
                captured_at: visit.begun_at.plus((3 + photos.len() as i64) * MINUTE_MS),
                captured_known: CapturedKnown::Shutter,
                fix: fix(&visit.venue, &mut luck),
                caption: String::new(),
            });
            photos.push(bytes);
        }
    }
    let document = VisitDocument {
        assignment,
        venue: visit.venue.id,
        checklist: list.id,
        window: visit.window,
        arrived: Some(presence(visit.begun_at, &visit.venue, &mut luck)),
        left: Some(presence(left_at, &visit.venue, &mut luck)),
        answers: given,
        answered_at,
        impressions: Impressions {
            overall: IMPRESSIONS[luck.below(IMPRESSIONS.len() as u64) as usize].to_owned(),
            good: if luck.happens(40) {
                "咨询台主动递水、提供老花镜,引导耐心。".to_owned()
            } else {
                String::new()
            },
            suggestion: if luck.happens(40) {
                "高峰时段增开一个台席,更新公示版本。".to_owned()
            } else {
                String::new()
            },
        },
        evidence,
        no_microphone: false,
    };
    Ok((document, photos))
}

/// The arrival or leaving at `venue`.
#[must_use]
pub fn presence(at: Moment, venue: &Venue, luck: &mut Luck) -> Presence {
    let whereabouts = match fix(venue, luck) {
        Some(fix) => Whereabouts::Fix(fix),
        None if venue.kind.has_place() => Whereabouts::None(NoFix::Refused),
        None => Whereabouts::None(NoFix::NotNeeded),
    };
    Presence { at, whereabouts }
}

/// Some tens of metres beside the venue.
fn fix(venue: &Venue, luck: &mut Luck) -> Option<Fix> {
    let position = venue.position?;
    let beside = |luck: &mut Luck| luck.below(9_000) as i32 - 4_500;
    Some(Fix {
        lat: position.lat + beside(luck),
        lon: position.lon + beside(luck),
        accuracy_m: 8 + luck.below(30) as u32,
        age_ms: luck.below(4_000) as i64,
    })
}

fn picture_kind(when: EvidenceWhen, kinds: &[EvidenceNeed], na: bool) -> Option<EvidenceKind> {
    if na || when != EvidenceWhen::Always {
        return None;
    }
    kinds.iter().find_map(|need| match need {
        EvidenceNeed::Photo => Some(EvidenceKind::Photo),
        EvidenceNeed::Screenshot => Some(EvidenceKind::Screenshot),
        _ => None,
    })
}

const IMPRESSIONS: [&str; 4] = [
    "门头完好,营业时间与公示一致。进门有引导,取号机可用,等候区座椅够用,饮水机有水。两个情景问题都得到了答复,但合约期没有主动说明,问到才讲。公示栏版本偏旧,建议更新。整体印象中等偏上,秩序良好。",
    "厅内整洁,人员着装统一,主动问候。排队时有人巡场分流,简单业务引导到自助机办理。承诺公示在入口左侧,字体清楚。工作人员对在售套餐熟悉,能给出两种方案比较。离开时有道别,整体感受较好,没有推销压力。",
    "高峰时段只开两个台席,等候较久,期间没有人解释原因。叫号屏显示正常,语音偏小。办理人员业务熟练,但语速快,对老人解释不够耐心。意见簿放在柜台里侧,需要索要才能看到。资费公示齐全,与线上一致。",
    "位置醒目,有无障碍坡道。设备一台故障,贴了提示。服务用语规范,能复述需求。对不能当场办理的事项给了工单号和时限,态度诚恳。海报中有一张已过期的优惠活动没有撤下,容易误导,已拍照留存。",
];

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{checklist::builtin, ids::AssignmentId};

    const NOW: Moment = Moment(1_790_000_000_000);

    #[test]
    fn every_state_and_every_topic_is_there() {
        let visits = visits(&super::super::places::venues(), NOW);
        for topic in 0..5 {
            for progress in [Progress::Accepted, Progress::Received { incomplete: false }, Progress::Released] {
                assert!(
                    visits.iter().any(|visit| visit.topic == topic && visit.progress == progress),
                    "{topic} {progress:?}"
                );
            }
        }
        assert!(visits.iter().all(|visit| visit.planned_at < NOW));
        assert!((60..100).contains(&visits.len()), "{}", visits.len());
    }

    #[test]
    fn every_document_can_be_meant() {
        let lists = builtin().unwrap();
        for visit in visits(&super::super::places::venues(), NOW).iter().step_by(5) {
            let list = &lists[visit.topic];
            let (document, photos) = document(visit, list, AssignmentId::derive(uuid::Uuid::nil(), 1)).unwrap();
            for item in list.items() {
                if let Some(answer) = document.answers.get(&item.id) {
                    assert_eq!(item.check(answer), Ok(()), "{}", item.code);
                }
            }
            assert_eq!(document.evidence.len(), photos.len());
        }
    }
}
