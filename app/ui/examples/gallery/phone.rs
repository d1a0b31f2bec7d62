//! The phone's screens, with made-up data.

use domain::text::Lang;
use leptos::prelude::*;
use ui::*;

/// The Chinese or the English of two.
pub(crate) fn pick(lang: Lang, zh: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

pub(crate) fn truth_words(lang: Lang) -> TruthWords {
    TruthWords {
        saved: pick(lang, "已存本机", "Saved on phone"),
        sending: pick(lang, "传输中", "Uploading"),
        received: pick(lang, "服务器已收", "Received"),
    }
}

fn tabs(lang: Lang, here: usize) -> impl IntoView {
    let words: [(Glyph, &'static str, u32); 4] = [
        (Glyph::TODAY, pick(lang, "今日", "Today"), 0),
        (Glyph::VISITS, pick(lang, "走访", "Visits"), 0),
        (Glyph::SYNC, pick(lang, "同步", "Sync"), 2),
        (Glyph::ME, pick(lang, "我", "Me"), 0),
    ];
    let tabs = (0..)
        .zip(words)
        .map(|(nth, (glyph, label, count))| {
            view! { <Tab href="#" glyph label current={nth == here} count /> }
        })
        .collect_view();
    view! { <TabBar label="tabs">{tabs}</TabBar> }
}

pub(crate) fn today(lang: Lang) -> AnyView {
    let p = move |zh, en| pick(lang, zh, en);
    view! {
        <div class="phone">
            <TopBar title=p("今日", "Today") sub=p("11 月 24 日 星期二", "Tuesday, 24 November")>
                <TruthBadge truth=Truth::Received words=truth_words(lang) />
            </TopBar>
            <main class="phone__main">
                <Banner tone=Tone::Violet glyph=Glyph::RETURN title=p("退回 2 条,请补正", "2 items sent back to you")>
                    <p>{p("云台镇代理点:号票照看不清。", "Yuntai agency: the queue ticket is unreadable.")}</p>
                </Banner>
                <Card title=p("出发前检查", "Before you leave")>
                    <ul class="checks">
                        <li data-tone="jade">
                            <Icon glyph=Glyph::CHECK size=IconSize::Small />
                            <span>{p("可离线", "Works offline")}</span>
                            <span class="muted small">{p("3 个任务已存", "3 tasks stored")}</span>
                        </li>
                        <li data-tone="jade">
                            <Icon glyph=Glyph::CHECK size=IconSize::Small />
                            <span>{p("空间", "Free space")}</span>
                            <span class="muted small">"2.1 GB"</span>
                        </li>
                    </ul>
                </Card>
                <TaskCard
                    href="#"
                    name=p("清河路营业厅", "Qinghe Road hall")
                    kind=p("营业厅", "Hall")
                    kind_glyph=Glyph::HALL
                    place=p("清河路 118 号 · 3.2 km", "118 Qinghe Road · 3.2 km")
                    due=p("今天 18:00 前 · 暗访", "Before 18:00 today · unannounced")
                    status=Status::Due
                    status_label=p("未开始 · 今天到期", "Not started · due today")
                    next=p("开始", "Start")
                />
                <TaskCard
                    href="#"
                    name=p("10010 热线 · 第 2 次", "10010 hotline · call 2")
                    kind=p("热线", "Hotline")
                    kind_glyph=Glyph::HOTLINE
                    due=p("随时", "Any time")
                    status=Status::Draft
                    status_label=p("草稿 8/13", "Draft 8/13")
                    next=p("继续", "Continue")
                />
                <TaskCard
                    href="#"
                    name=p("云台镇联通合作厅(东风路与人民路交叉口西南角)", "Yuntai partner shop (south-west corner of Dongfeng and Renmin Road)")
                    kind=p("营业厅", "Hall")
                    kind_glyph=Glyph::HALL
                    place=p("无坐标", "No position")
                    due=p("11-27 前 · 暗访", "Before 27 Nov · unannounced")
                    status=Status::Returned
                    status_label=p("退回补正", "Sent back")
                    next=p("补正", "Mend")
                />
            </main>
            <footer class="foot">{tabs(lang, 0)}</footer>
        </div>
    }
    .into_any()
}

pub(crate) fn item(lang: Lang) -> AnyView {
    let p = move |zh, en| pick(lang, zh, en);
    let choices = vec![
        Choice::new("full", p("≤ 15 分", "≤ 15 min")).hint(p("满分", "Full")),
        Choice::new("half", p("16–30 分", "16–30 min")).hint(p("一半", "Half")),
        Choice::new("none", p("> 30 分", "> 30 min")).hint(p("零分", "None")),
    ];
    let watch =
        StopwatchWords { start: p("开始计时", "Start"), stop: p("停", "Stop"), again: p("重计", "Time again") };
    view! {
        <div class="phone">
            <TopBar
                title=p("清河路营业厅", "Qinghe Road hall")
                sub=p("二 等候与办理 · 缺 4 条", "2 Waiting and handling · 4 missing")
                back=ui::Label::from("#")
                back_label=p("返回", "Back")
                below=move || {
                    view! {
                        <Steps
                            label="3/5"
                            steps=Signal::stored(
                                vec![
                                    StepState::Done,
                                    StepState::Now,
                                    StepState::Open,
                                    StepState::Open,
                                    StepState::Open,
                                ],
                            )
                        />
                    }
                }
            >
                <IconButton glyph=Glyph::EYE_OFF label=p("快速遮住", "Hide") />
            </TopBar>
            <main class="phone__main">
                <article class="item">
                    <header class="item__head">
                        <p class="item__marks">
                            <span>"HALL-07"</span>
                            <span>{p("10 分", "10 points")}</span>
                        </p>
                        <h2 class="item__ask">{p("取号到叫号等候", "Waiting from ticket to call")}</h2>
                        <p class="item__gloss">
                            {p("从取到号票起,到叫到本号", "From taking the ticket until your number is called")}
                        </p>
                    </header>
                    <div class="item__control">
                        <Stopwatch
                            label=p("等候", "Waiting")
                            figure="07:42"
                            running=true
                            stopped=false
                            note=p("10:02 起", "since 10:02")
                            on_start=|()| ()
                            on_stop=|()| ()
                            words=watch
                        />
                        <RadioSegment
                            name="wait"
                            legend=p("等候", "Waiting")
                            quiet_legend=true
                            choices
                            value=Some("full".to_owned())
                        />
                    </div>
                    <section class="item__part">
                        <h3 class="item__label">
                            {p("证据", "Evidence")}
                            <span class="muted small">{p("号票照必拍", "Ticket photo required")}</span>
                        </h3>
                        <EvidenceStrip label=p("证据", "Evidence")>
                            <PhotoTile label="1" state=TileState::Received />
                            <PhotoTile label="2" state=TileState::Sending sent=Some(4_200_u32) />
                            <PhotoTile label="3" glyph=Glyph::MEMO text="0:42" state=TileState::Saved />
                            <AddTile
                                label=p("拍号票", "Ticket")
                                glyph=Glyph::CAMERA
                                required=Some(p("必", "must"))
                                on_click=|()| ()
                            />
                            <AddTile label=p("口述", "Memo") glyph=Glyph::MEMO on_click=|()| () />
                        </EvidenceStrip>
                    </section>
                    <section class="item__part">
                        <Field id="note" label=p("备注", "Note") aside=p("可不填", "optional")>
                            <TextArea name="note" placeholder=p("只写看到、听到的", "What you saw and heard") />
                        </Field>
                        <CheckField name="na" label=p("不适用", "Not applicable") />
                    </section>
                </article>
            </main>
            <footer class="foot">
                <ActionBar note=move || {
                    view! { <TruthBadge truth=Truth::Saved words=truth_words(lang) detail="10:41" /> }
                }>
                    <IconButton kind=ButtonKind::Quiet glyph=Glyph::CHEVRON_LEFT label=p("上一条", "Previous") />
                    <Button kind=ButtonKind::Quiet icon=Glyph::LIST>
                        {p("缺 4 条", "4 missing")}
                    </Button>
                    <Button>{p("下一条", "Next")}</Button>
                </ActionBar>
            </footer>
        </div>
    }
    .into_any()
}

pub(crate) fn sync(lang: Lang) -> AnyView {
    let p = move |zh, en| pick(lang, zh, en);
    view! {
        <div class="phone">
            <TopBar title=p("同步", "Sync") sub=p("上次 10:41", "Last 10:41") />
            <main class="phone__main">
                <Banner
                    tone=Tone::Amber
                    glyph=Glyph::CLOUD_OFF
                    title=p("现在没有网络", "No network now")
                >
                    <p>{p("都存在本机,有网后自动续传。", "Everything is saved on this phone and goes on when there is a network.")}</p>
                </Banner>
                <section class="sync">
                    <div class="sync__head">
                        <div>
                            <h2 class="sync__name">{p("清河路营业厅", "Qinghe Road hall")}</h2>
                            <p class="muted small">{p("答案已到 · 照片 3/5", "Answers received · photos 3/5")}</p>
                        </div>
                        <TruthBadge truth=Truth::Sending words=truth_words(lang) />
                    </div>
                    <ul class="sync__files">
                        <li>
                            <Icon glyph=Glyph::PHOTO size=IconSize::Small />
                            <span>{p("门头照", "Sign")} <span class="muted small">" 312 kB"</span></span>
                            <TruthBadge truth=Truth::Received words=truth_words(lang) />
                        </li>
                        <li>
                            <Icon glyph=Glyph::PHOTO size=IconSize::Small />
                            <span>{p("号票照", "Ticket")} <span class="muted small">" 128 / 296 kB"</span></span>
                            <TruthBadge truth=Truth::Sending words=truth_words(lang) />
                            <Bar share=4_300_u32 />
                        </li>
                        <li>
                            <Icon glyph=Glyph::MEMO size=IconSize::Small />
                            <span>{p("口述备忘", "Memo")} <span class="muted small">" 180 kB"</span></span>
                            <StatusBadge status=Status::Failed label=p("没传上", "Not sent") bare=true />
                            <p class="sync__cause">{p("服务器没收全,已存本机,可重试。", "The server did not get all of it. It is safe on this phone; try again.")}</p>
                        </li>
                    </ul>
                    <div class="sync__foot">
                        <Button kind=ButtonKind::Quiet icon=Glyph::SYNC>{p("重试", "Try again")}</Button>
                        <Button kind=ButtonKind::Link icon=Glyph::DOWNLOAD>{p("导出", "Export")}</Button>
                    </div>
                </section>
                <Meter label=p("本机空间", "Space on this phone") text=p("用了 180 MB,剩 2.1 GB", "180 MB used, 2.1 GB left") share=800_u32 />
                <Skeleton label=p("正在读取", "Reading") cards=1 />
            </main>
            <footer class="foot">
                <ActionBar>
                    <Button icon=Glyph::SYNC>{p("立即同步", "Sync now")}</Button>
                </ActionBar>
                {tabs(lang, 2)}
            </footer>
        </div>
    }
    .into_any()
}

pub(crate) fn moments(lang: Lang) -> AnyView {
    let p = move |zh, en| pick(lang, zh, en);
    let rows = [
        (
            Status::Open,
            "HALL-02",
            p("服务承诺上墙、醒目、与本年公布文本一致", "Commitments on the wall match this year's text"),
            p("缺照片", "photo missing"),
        ),
        (Status::Open, "HALL-06", p("便民与无障碍设施 5 项有几项", "Convenience items, of 5"), p("未答", "open")),
        (
            Status::Due,
            "HALL-12",
            p("办理前讲清资费、合约期、违约", "Full disclosure before signing"),
            p("11-30 前后补", "later, by 30 Nov"),
        ),
        (Status::Done, "HALL-07", p("取号到叫号等候", "Waiting time"), p("07:42", "07:42")),
    ];
    view! {
        <div class="phone">
            <TopBar title=p("清河路营业厅", "Qinghe Road hall") sub=p("还缺 3 条", "3 missing") back=ui::Label::from("#") back_label=p("返回", "Back") />
            <main class="phone__main">
                <ul class="jump">
                    <li class="jump__section">{p("一 门头与公示", "1 Sign and notices")}</li>
                    {rows
                        .map(|(status, code, title, end)| {
                            view! { <JumpRow href="#" status status_label="" title sub=code end /> }
                        })
                        .collect_view()}
                </ul>
                <EmptyState
                    glyph=Glyph::TODAY
                    title=p("今天没有任务", "Nothing for today")
                    text=p("新任务派来后,有网时会自动出现在这里。", "New tasks appear here when there is a network.")
                >
                    <Button kind=ButtonKind::Quiet icon=Glyph::SYNC>{p("现在看看", "Look now")}</Button>
                </EmptyState>
            </main>
            <footer class="foot">{tabs(lang, 1)}</footer>
        </div>
    }
    .into_any()
}

pub(crate) fn sheet(lang: Lang) -> AnyView {
    let p = move |zh, en| pick(lang, zh, en);
    view! {
        {today(lang)}
        <Dialog
            id="recuse"
            title=p("回避这个任务", "Step aside from this task")
            open=true
            on_close=|()| ()
            close_label=p("关闭", "Close")
        >
            <RadioSegment
                name="why"
                legend=p("原因", "Reason")
                choices=vec![
                    Choice::new("a", p("我或家人在那里工作", "I or family work there")),
                    Choice::new("b", p("常去,可能被认出", "I go there often and may be known")),
                    Choice::new("c", p("其他利害关系", "Another interest")),
                    Choice::new("d", p("这几天去不了", "I can't go in these days")),
                    Choice::new("e", p("其他", "Something else")),
                ]
                value=Some("b".to_owned())
            />
            <div class="dialog__foot">
                <Button kind=ButtonKind::Quiet>{p("取消", "Cancel")}</Button>
                <Button kind=ButtonKind::Danger>{p("回避", "Step aside")}</Button>
            </div>
        </Dialog>
    }
    .into_any()
}
