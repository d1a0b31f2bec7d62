//! HQ's screens, with made-up data.

use domain::text::Lang;
use leptos::prelude::*;
use ui::*;

use crate::phone::pick;

fn frame(lang: Lang, here: usize, content: AnyView) -> AnyView {
    let words: [(Glyph, &'static str, u32); 9] = [
        (Glyph::BOARD, pick(lang, "总览", "Board"), 0),
        (Glyph::VISITS, pick(lang, "走访", "Visits"), 12),
        (Glyph::ISSUE, pick(lang, "问题", "Findings"), 0),
        (Glyph::ORDER, pick(lang, "整改", "Orders"), 3),
        (Glyph::PLAN, pick(lang, "计划", "Plan"), 0),
        (Glyph::CHECKLIST, pick(lang, "检查表", "Checklists"), 0),
        (Glyph::ORG, pick(lang, "机构", "Units"), 0),
        (Glyph::REPORT, pick(lang, "报告", "Reports"), 0),
        (Glyph::SETTINGS, pick(lang, "设置", "Settings"), 0),
    ];
    let links = (0..)
        .zip(words)
        .map(|(nth, (glyph, label, count))| {
            view! { <RailLink href="#" glyph label current={nth == here} count /> }
        })
        .collect_view();
    view! {
        <div class="hq">
            <Rail
                label="rail"
                brand=pick(lang, "明察", "Mingcha")
                home="#"
                foot=move || {
                    view! { <IconButton glyph=Glyph::LOGOUT label=pick(lang, "退出", "Sign out") /> }
                }
            >
                {links}
            </Rail>
            <main class="hq__main">{content}</main>
        </div>
    }
    .into_any()
}

pub(crate) fn board(lang: Lang) -> AnyView {
    let p = move |zh, en| pick(lang, zh, en);
    let bar = |name: &'static str, value: i64, shown: &'static str, tone| BarRow {
        label: Label::from(name),
        value,
        shown: shown.into(),
        tone,
    };
    let point = |day: &'static str, value: i64, shown: &'static str| LinePoint {
        label: day.into(),
        value,
        shown: shown.into(),
    };
    let content = view! {
        <header class="head">
            <h1>{p("总览", "Board")}</h1>
            <p class="head__sub">{p("11-24 10:58 · 本月", "24 Nov 10:58 · this month")}</p>
        </header>
        <div class="figures">
            <Figure href="#" label=p("待审", "To review") value="12" note=p("最久 2 天", "oldest 2 days") tone=Tone::Violet />
            <Figure href="#" label=p("本月已收", "Received") value="186" note=p("应访 240,覆盖 77 %", "of 240, 77 % covered") />
            <Figure href="#" label=p("平均得分", "Mean score") value="81.4" note=p("比上月 +1.2", "+1.2 on last month") />
            <Figure href="#" label=p("红线", "Red lines") value="4" note=p("昨天新增 1", "1 new yesterday") tone=Tone::Cinnabar />
            <Figure href="#" label=p("逾期", "Overdue") value="3" note=p("2 个县分", "in 2 branches") tone=Tone::Cinnabar />
        </div>
        <div class="columns">
            <section class="panel">
                <header class="panel__head"><h2>{p("末五名", "Lowest five")}</h2></header>
                <div class="panel__body">
                    <BarChart
                        caption=p("县分平均得分", "Mean score by branch")
                        rows=vec![
                            bar(p("云台", "Yuntai"), 5_900, "59.0", Tone::Cinnabar),
                            bar(p("白马河", "Baimahe"), 7_210, "72.1", Tone::Ink),
                            bar(p("石桥", "Shiqiao"), 7_640, "76.4", Tone::Ink),
                            bar(p("东屏", "Dongping"), 7_800, "78.0", Tone::Ink),
                            bar(p("高新区", "High-tech zone"), 8_020, "80.2", Tone::Ink),
                        ]
                        max=10_000
                    />
                </div>
            </section>
            <section class="panel">
                <header class="panel__head"><h2>{p("得分走势", "Score over time")}</h2></header>
                <div class="panel__body">
                    <LineChart
                        caption=p("每周平均", "Weekly mean")
                        table_label=p("数据", "Data")
                        points=vec![
                            point("10-20", 7_420, "74.2"),
                            point("10-27", 7_700, "77.0"),
                            point("11-03", 7_610, "76.1"),
                            point("11-10", 8_010, "80.1"),
                            point("11-17", 8_140, "81.4"),
                        ]
                        bounds=[(6_000, "60".into()), (10_000, "100".into())]
                    />
                </div>
            </section>
        </div>
    }
    .into_any();
    frame(lang, 0, content)
}

pub(crate) fn list(lang: Lang) -> AnyView {
    let p = move |zh, en| pick(lang, zh, en);
    let red: Label = p("红线", "Red line").into();
    let rows = [
        (
            p("清河路营业厅", "Qinghe Road hall"),
            p("营业厅", "Hall"),
            p("清河", "Qinghe"),
            Some(8_250),
            None,
            p("今天 10:58", "Today 10:58"),
            "5/6",
            Status::Partial,
            p("附件未齐", "Photos due"),
        ),
        (
            p("云台镇代理点", "Yuntai agency"),
            p("营业厅", "Hall"),
            p("云台", "Yuntai"),
            Some(5_900),
            Some(red),
            p("今天 09:40", "Today 09:40"),
            "4/4",
            Status::NeedsYou,
            p("待审", "To review"),
        ),
        (
            p("10010 热线", "10010 hotline"),
            p("热线", "Hotline"),
            p("市公司", "City"),
            Some(9_100),
            None,
            p("昨天 17:12", "Yesterday 17:12"),
            "–",
            Status::Done,
            p("通过", "Accepted"),
        ),
        (
            p("网厅 App", "Online hall app"),
            p("网厅", "Online"),
            p("市公司", "City"),
            Some(7_640),
            None,
            p("昨天 16:05", "Yesterday 16:05"),
            "7/7",
            Status::Returned,
            p("退回 2 天", "Returned 2 d"),
        ),
        (
            p("北门外测试点", "North gate test point"),
            p("网络", "Network"),
            p("石桥", "Shiqiao"),
            None,
            None,
            p("11-20 09:00", "11-20 09:00"),
            "3/3",
            Status::Void,
            p("作废", "Voided"),
        ),
    ];
    let rows = (0..)
        .zip(rows)
        .map(|(nth, (name, kind, unit, score, red_line, when, photos, status, word))| {
            view! {
                <tr aria-current=(nth == 1).then_some("true")>
                    <td><StatusBadge status label=word bare=true /></td>
                    <td class="name"><a href="#">{name}</a></td>
                    <td class="muted wide-only">{kind}</td>
                    <td class="muted wide-only">{unit}</td>
                    <td class="num"><ScoreBadge score none=p("不计分", "no score") red_line /></td>
                    <td class="num wide-only">{photos}</td>
                    <td class="num muted">{when}</td>
                </tr>
            }
        })
        .collect_view();
    let content = view! {
        <header class="head">
            <h1>{p("走访", "Visits")}</h1>
            <ButtonLink href="#" kind=ButtonKind::Quiet icon=Glyph::DOWNLOAD external=true>
                {p("导出 CSV", "Export CSV")}
            </ButtonLink>
        </header>
        <div class="toolbar">
            <div class="chips">
                <FilterChip href="#" label=p("待审", "To review") active=true count=12 />
                <FilterChip href="#" label=p("退回", "Returned") count=3 />
                <FilterChip href="#" label=p("全部", "All") />
            </div>
            <span class="toolbar__rule"></span>
            <Select
                name="unit"
                label=p("县分", "Branch")
                none=p("全部县分", "All branches")
                options=vec![Choice::new("1", p("云台", "Yuntai"))]
            />
            <FilterChip href="#" label=p("有红线", "Red line") active=true removable=true />
            <label class="search">
                <Icon glyph=Glyph::SEARCH size=IconSize::Small />
                <TextInput name="q" kind="search" label=p("搜索", "Search") placeholder=p("厅名或编号", "Name or number") />
            </label>
        </div>
        <section class="panel">
            <DataTable
                caption=p("走访", "Visits")
                columns=vec![
                    Column::text(p("状态", "State")),
                    Column::text(p("对象", "Venue")),
                    Column::text(p("专项", "Topic")).wide_only(),
                    Column::text(p("县分", "Branch")).wide_only(),
                    Column::number(p("得分", "Score")),
                    Column::number(p("照片", "Photos")).wide_only(),
                    Column::number(p("收到", "Received")),
                ]
            >
                {rows}
            </DataTable>
            <Pager
                label=p("翻页", "Pages")
                newer_label=p("更新", "Newer")
                older_label=p("更早", "Older")
                older=Some("#".to_owned())
            />
        </section>
        <p class="muted small row">
            <KeyHint key="j" /> <KeyHint key="k" /> {p("移动", "move")} <KeyHint key="?" /> {p("全部按键", "all keys")}
        </p>
    }
    .into_any();
    frame(lang, 1, content)
}

fn answer(
    lang: Lang,
    code: &'static str,
    ask: &'static str,
    said: &'static str,
    points: &'static str,
    tone: Tone,
) -> impl IntoView {
    view! {
        <article class="answer" data-tone=tone.name()>
            <span class="answer__code">{code}</span>
            <div class="answer__body">
                <p>{ask}</p>
                <p class="answer__value">{said}</p>
                {(tone == Tone::Violet)
                    .then(|| {
                        view! {
                            <p class="answer__note">
                                <del class="was">{pick(lang, "号票照模糊", "blurred ticket")}</del>
                                " "
                                <ins class="now">{pick(lang, "已重拍", "taken again")}</ins>
                            </p>
                        }
                    })}
            </div>
            <span class="answer__points">
                {points} <small>{pick(lang, "证据 1", "1 proof")}</small>
            </span>
        </article>
    }
}

fn claim(lang: Lang) -> AnyView {
    let p = move |zh, en| pick(lang, zh, en);
    view! {
            <div class="review__claim">
                <details class="section" open>
                    <summary>
                        <Icon glyph=Glyph::CHEVRON_RIGHT size=IconSize::Small />
                        <span>{p("一 门头与公示", "1 Sign and notices")}</span>
                        <span class="section__sum">"24 / 24"</span>
                    </summary>
                    {answer(lang, "HALL-01", p("门头、营业时间清楚,按公示时间营业", "Sign and hours clear, open as posted"), p("是", "Yes"), "6 / 6", Tone::Neutral)}
                    {answer(lang, "HALL-02", p("服务承诺上墙、醒目、与本年公布文本一致", "Commitments on the wall match this year's text"), p("没有", "None"), "0 / 10", Tone::Cinnabar)}
                </details>
                <details class="section" open>
                    <summary>
                        <Icon glyph=Glyph::CHEVRON_RIGHT size=IconSize::Small />
                        <span>{p("二 等候与办理", "2 Waiting and handling")}</span>
                        <span class="section__sum">"15 / 28"</span>
                    </summary>
                    {answer(lang, "HALL-07", p("取号到叫号等候", "Waiting time"), p("17 分", "17 min"), "5 / 10", Tone::Violet)}
                    <div class="panel__body">
                        <table class="sum">
                            <thead><tr><th>{p("条目", "Item")}</th><th class="num">{p("份额", "Share")}</th><th class="num">{p("权重", "Weight")}</th><th class="num">{p("得分", "Points")}</th></tr></thead>
                            <tbody>
                                <tr><th scope="row">"HALL-07"</th><td class="num">"50 %"</td><td class="num">"10"</td><td class="num">"5.0"</td></tr>
                                <tr><th scope="row">"HALL-08"</th><td class="num">"100 %"</td><td class="num">"6"</td><td class="num">"6.0"</td></tr>
                            </tbody>
                            <tfoot><tr><th scope="row">{p("合计", "Sum")}</th><td></td><td class="num">"16"</td><td class="num">"11.0"</td></tr></tfoot>
                        </table>
                    </div>
                </details>
            </div>
    }
    .into_any()
}

fn proof(lang: Lang) -> AnyView {
    let p = move |zh, en| pick(lang, zh, en);
    view! {
            <aside class="review__proof">
                <h2>{p("证据", "Proof")}</h2>
                <div class="photos">
                    {(1..=6)
                        .map(|nth| {
                            let state = if nth == 6 { TileState::Awaited } else { TileState::Received };
                            view! {
                                <div class="photo">
                                    <PhotoTile label="photo" href="#" state />
                                    <span>{p("门头照 10:04", "Sign 10:04")}</span>
                                </div>
                            }
                        })
                        .collect_view()}
                </div>
                <dl class="facts">
                    <Fact term=p("到场", "Arrived")>"10:02"</Fact>
                    <Fact term=p("离场", "Left")>"10:41"</Fact>
                    <Fact term=p("在场", "On site")>{p("39 分", "39 min")}</Fact>
                    <Fact term=p("精度", "Accuracy")>"12 m"</Fact>
                </dl>
            </aside>
    }
    .into_any()
}

pub(crate) fn review(lang: Lang) -> AnyView {
    let p = move |zh, en| pick(lang, zh, en);
    let content = view! {
        <div class="review-page">
        <header class="review-head">
            <h1>{p("清河路营业厅", "Qinghe Road hall")}</h1>
            <span class="review-head__facts">
                <span>{p("化名 K7-雀", "Alias K7-Finch")}</span>
                <ScoreBadge score=Some(8_250) none="–" word=p("初评", "first") />
                <StatusBadge status=Status::Partial label=p("照片 5/6", "Photos 5/6") />
                <span>{p("到场 10:02 · 距厅 41 m", "Arrived 10:02 · 41 m away")}</span>
            </span>
        </header>
        <div class="review">
            {claim(lang)}
            {proof(lang)}
        </div>
        <footer class="decide">
            <Button icon=Glyph::CHECK disabled=true>{p("通过", "Accept")} <KeyHint key="a" /></Button>
            <Button kind=ButtonKind::Quiet icon=Glyph::RETURN>{p("退回", "Return")} <KeyHint key="r" /></Button>
            <Button kind=ButtonKind::Danger icon=Glyph::VOID>{p("作废", "Void")}</Button>
            <span class="decide__why">{p("照片还差 1 张,收齐后才能通过。", "One photo is still missing; accept when it is here.")}</span>
        </footer>
        </div>
    }
    .into_any();
    frame(lang, 1, content)
}

pub(crate) fn form(lang: Lang) -> AnyView {
    let p = move |zh, en| pick(lang, zh, en);
    let content = view! {
        <header class="head"><h1>{p("新建监督员", "New supervisor")}</h1></header>
        <Banner tone=Tone::Jade glyph=Glyph::CHECK title=p("已建立", "Created")>
            <p>{p("链接只显示这一次,请当面扫码。", "The link is shown only once. Let the person scan it now.")}</p>
        </Banner>
        <section class="panel">
            <div class="panel__body once">
                <svg class="once__code" viewBox="0 0 21 21"><path d="M0 0h7v7H0zM14 0h7v7h-7zM0 14h7v7H0zM9 3h2v5H9zM10 10h6v2h-6zM14 16h3v4h-3z" fill="currentColor" /></svg>
                <div class="stack stack--tight">
                    <p class="once__link">"https://mingcha.example.cn/field/welcome#9f3c2a7e41d84b0c"</p>
                    <div class="buttons">
                        <Button kind=ButtonKind::Quiet icon=Glyph::COPY>{p("复制", "Copy")}</Button>
                        <Button kind=ButtonKind::Quiet icon=Glyph::PRINT>{p("打印", "Print")}</Button>
                    </div>
                </div>
            </div>
        </section>
        <form class="form">
            <div class="form__pair">
                <Field id="name" label=p("姓名", "Name")><TextInput name="name" value=p("王小梅", "Wang Xiaomei") /></Field>
                <Field id="login" label=p("登录名", "Login") error=Some(p("这个登录名已有人用,换一个", "This login is taken; choose another").to_owned())>
                    <TextInput name="login" value="wangxm" />
                </Field>
            </div>
            <Field id="unit" label=p("单位", "Unit") hint=p("决定能看见哪些县分", "Decides which branches are seen")>
                <Select name="unit" options=vec![Choice::new("1", p("市公司", "City company"))] />
            </Field>
            <CheckboxTiles
                name="role"
                legend=p("角色", "Roles")
                choices=vec![
                    Choice::new("v", p("监督员", "Supervisor")),
                    Choice::new("r", p("审核", "Reviewer")),
                    Choice::new("o", p("行风办", "Office")),
                ]
                values=vec!["v".to_owned()]
            />
            <div class="form__end">
                <Button submit=true>{p("建立", "Create")}</Button>
                <ButtonLink href="#" kind=ButtonKind::Quiet>{p("取消", "Cancel")}</ButtonLink>
            </div>
        </form>
        <EmptyState
            glyph=Glyph::ISSUE
            title=p("没有符合条件的问题", "No finding matches")
            text=p("去掉一个筛选条件试试。", "Try without one of the filters.")
        />
    }
    .into_any();
    frame(lang, 8, content)
}
