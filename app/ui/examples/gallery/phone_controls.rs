//! Every control that a checklist uses.

use domain::text::Lang;
use leptos::prelude::*;
use ui::*;

use crate::phone::pick;

pub(crate) fn controls(lang: Lang) -> AnyView {
    let p = move |zh, en| pick(lang, zh, en);
    let red = p("红线", "Red line");
    let yes_no = vec![Choice::new("y", p("是", "Yes")), Choice::new("n", p("否", "No")).red_line(red)];
    let four = vec![
        Choice::new("5", "5G"),
        Choice::new("4", "4G"),
        Choice::new("3", "3G / 2G").hint(p("一半", "Half")),
        Choice::new("0", p("无服务", "No service")).red_line(red),
    ];
    let many = vec![
        Choice::new("1", p("单通", "One-way")),
        Choice::new("2", p("断续", "Broken")),
        Choice::new("3", p("噪声", "Noise")),
        Choice::new("4", p("回声", "Echo")),
        Choice::new("5", p("串话", "Cross-talk")),
    ];
    let counter = CounterWords {
        more: p("加一", "One more"),
        less: p("减一", "One less"),
        undo: p("撤销上一下", "Undo last tap"),
    };
    let watch =
        StopwatchWords { start: p("开始计时", "Start"), stop: p("停", "Stop"), again: p("重计", "Time again") };
    let cases = vec![
        CaseRow {
            id: "1".into(),
            title: p("语音 · 11-20 10:02", "Voice · 11-20 10:02").into(),
            detail: p("3 分 12 秒 · 应收 0.60 实收 0.60", "3 min 12 s · due 0.60, charged 0.60").into(),
            verdict: p("对", "Right").into(),
            tone: Tone::Jade,
            glyph: Glyph::CHECK,
        },
        CaseRow {
            id: "2".into(),
            title: p("语音 · 11-20 16:40", "Voice · 11-20 16:40").into(),
            detail: p("0 分 58 秒 · 应收 0.15 实收 0.30", "58 s · due 0.15, charged 0.30").into(),
            verdict: p("多收", "Too much").into(),
            tone: Tone::Cinnabar,
            glyph: Glyph::FLAG,
        },
    ];
    view! {
        <div class="phone">
            <TopBar title=p("控件", "Controls") />
            <main class="phone__main">
                <RadioSegment name="a" legend=p("文明用语", "Courteous") choices=yes_no value=Some("n".to_owned()) />
                <RadioSegment name="b" legend=p("驻留网络", "Network") choices=four value=Some("4".to_owned()) />
                <CheckboxTiles name="c" legend=p("故障", "Faults") choices=many values=vec!["2".to_owned()] />
                <Rating
                    name="d"
                    legend=p("评分", "Rating")
                    words=[
                        p("很差", "Very bad").into(),
                        p("差", "Bad").into(),
                        p("一般", "Fair").into(),
                        p("好", "Good").into(),
                        p("很好", "Very good").into(),
                    ]
                    red_line=red
                    value=Some(4)
                />
                <Level
                    name="e"
                    legend=p("室内", "Indoors")
                    words=[
                        p("无", "None").into(),
                        p("弱", "Weak").into(),
                        p("可用", "Usable").into(),
                        p("好", "Good").into(),
                    ]
                    value=Some(2)
                />
                <Counter
                    label=p("接通", "Connected")
                    value=Some(7)
                    of=10
                    unit=p("次", "calls")
                    on_change=|_| ()
                    on_undo=|()| ()
                    words=counter
                />
                <Stopwatch
                    label=p("接续", "Set-up")
                    figure="00:06.4"
                    running=false
                    stopped=true
                    on_start=|()| ()
                    on_stop=|()| ()
                    words=watch
                />
                <Field
                    id="rate"
                    label=p("下载速率", "Download rate")
                    hint=p("3 次平均", "Mean of 3")
                    error=Some(p("要一个 0 到 10000 的数", "A number from 0 to 10,000, please").to_owned())
                >
                    <NumberField name="rate" value="86.4" unit="Mbps" decimal=true />
                </Field>
                <CaseTable
                    label=p("用例", "Cases")
                    rows=Signal::stored(cases)
                    sum=p("语音用例 正确 1 / 2", "Voice cases right 1 / 2")
                    on_open=|_| ()
                />
                <div class="row">
                    <StatusBadge status=Status::NeedsYou label=p("待审", "To review") />
                    <StatusBadge status=Status::Overdue label=p("逾期", "Overdue") />
                    <StatusBadge status=Status::Due label=p("今天到期", "Due today") />
                    <StatusBadge status=Status::Done label=p("通过", "Accepted") />
                    <StatusBadge status=Status::Void label=p("作废", "Voided") />
                    <Badge tone=Tone::Cinnabar icon=Glyph::FLAG solid=true>{red}</Badge>
                </div>
                <div class="row">
                    <ScoreBadge score=Some(8_250) none="–" word=p("初评", "first score") large=true />
                    <ScoreBadge score=Some(5_900) none="–" red_line=Some(red.into()) />
                </div>
                <ThemeSwitch
                    label=p("亮度", "Brightness")
                    choices=vec![
                        (Theme::Auto, p("自动", "Auto")),
                        (Theme::Light, p("亮", "Light")),
                        (Theme::Dark, p("暗", "Dark")),
                        (Theme::Sun, p("日光", "Sun")),
                    ]
                    theme=Theme::Light
                />
                <LanguageSwitch label=p("语言", "Language") lang />
                <div class="buttons buttons--fill">
                    <Button kind=ButtonKind::Danger icon=Glyph::TRASH>{p("删除这张照片", "Delete this photo")}</Button>
                    <Button disabled=true>{p("还不能提交", "Not yet")}</Button>
                </div>
                <div class="row">
                    {Glyph::ALL.iter().map(|glyph| view! { <Icon glyph=*glyph /> }).collect_view()}
                </div>
            </main>
        </div>
    }
    .into_any()
}
