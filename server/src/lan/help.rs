//! The plain page: how to trust our certificate, and then into the app. It hands out the authority's certificate,
//! which is public, and nothing else; no page of the product is served without https.

use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use domain::text::Lang;
use serde::Deserialize;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::{process::Server, site};

/// What the page knows.
#[derive(Clone, Debug)]
struct Page {
    server: Server,
    /// Where phones are led.
    app: String,
    /// The authority, with its fingerprint; `None` with a certificate that phones trust anyway.
    authority: Option<(Vec<u8>, String)>,
}

/// The page's addresses.
pub(crate) fn router(server: &Server, address: &str, authority: Option<(Vec<u8>, String)>) -> Router {
    let page = Page { server: server.clone(), app: format!("{address}/field"), authority };
    let styles = Router::new().route("/assets/{*path}", get(site::file)).with_state(server.clone());
    Router::new()
        .route("/", get(show))
        .route("/mingcha-ca.crt", get(certificate))
        .with_state(page)
        .merge(styles)
        .layer(header_of(
            "content-security-policy",
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ))
        .layer(header_of("x-content-type-options", "nosniff"))
        .layer(header_of("referrer-policy", "no-referrer"))
}

fn header_of(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(HeaderName::from_static(name), HeaderValue::from_static(value))
}

#[derive(Deserialize)]
struct Asked {
    lang: Option<String>,
}

async fn show(State(page): State<Page>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let lang = Lang::from_tag(asked.lang.as_deref().unwrap_or(accepted));
    let mut response = Html(page.html(lang)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// With the type that makes both systems offer to install it.
async fn certificate(State(page): State<Page>) -> Response {
    let Some((der, _)) = page.authority else { return StatusCode::NOT_FOUND.into_response() };
    let kind = HeaderValue::from_static("application/x-x509-ca-cert");
    let name = HeaderValue::from_static("attachment; filename=\"mingcha-ca.crt\"");
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], der).into_response()
}

/// A text in both languages.
type Words = (&'static str, &'static str);

const WHY: Words = (
    "手机只在受信任的 https 下才允许离线保存、拍照和定位。这台电脑的证书是它自己签发的,所以每部手机要信任一次。",
    "Phones save offline, take photos and tell their position only under https that they trust. This computer made its certificate itself, so each phone must be told once.",
);

const ANDROID: [Words; 3] = [
    ("点上面的按钮,下载 mingcha-ca.crt。", "Tap the button above: mingcha-ca.crt is downloaded."),
    (
        "打开 设置 → 安全 → 加密与凭据 → 安装证书 → CA 证书,仍然安装,选中刚下载的文件。各品牌的菜单略有不同,可在设置里搜索“证书”。",
        "Settings → Security → Encryption & credentials → Install a certificate → CA certificate, Install anyway, choose the file. Menus differ a little; search the settings for “certificate”.",
    ),
    (
        "回到这里,打开明察。请用 Chrome 或系统浏览器。",
        "Come back here and open Mingcha, in Chrome or the phone's own browser.",
    ),
];

const IOS: [Words; 4] = [
    (
        "请用 Safari 打开本页,点上面的按钮,允许下载描述文件。",
        "Open this page in Safari, tap the button above, and allow the profile.",
    ),
    (
        "设置 → 通用 → VPN 与设备管理 → 已下载的描述文件 → 安装。",
        "Settings → General → VPN & Device Management → the downloaded profile → Install.",
    ),
    (
        "设置 → 通用 → 关于本机 → 证书信任设置 → 打开 Mingcha LAN。",
        "Settings → General → About → Certificate Trust Settings → switch Mingcha LAN on.",
    ),
    (
        "回到 Safari 打开明察,再用“分享 → 添加到主屏幕”。走访要在主屏幕的应用里开始。",
        "Back in Safari open Mingcha, then Share → Add to Home Screen. Visits begin in the app on the home screen.",
    ),
];

const CARE: Words = (
    "试用结束后,请在手机上删除这个证书。谁拿到这台电脑数据目录里的 tls/ca.key,谁就能对信任它的手机冒充任何网站。",
    "When you have finished trying, remove the certificate from the phone. Whoever gets tls/ca.key of this computer's data folder could pose as any site to phones that trust it.",
);

const ADDRESS: Words = (
    "手机上的数据属于这个地址。地址一变,手机会从头开始:先让所有手机上交完。",
    "Phones keep their data under this address. Another address is another store: let all phones hand in first.",
);

impl Page {
    fn html(&self, lang: Lang) -> String {
        let say = |(zh, en): Words| if lang == Lang::En { en } else { zh };
        let style = self.server.site.address("help.css");
        let style =
            style.map(|path| format!("<link rel=\"stylesheet\" href=\"{}\">", escape(&path))).unwrap_or_default();
        let app = escape(&self.app);
        let (other, other_name) = if lang == Lang::En { ("zh", "中文") } else { ("en", "English") };
        let mut body = String::new();
        if let Some((_, fingerprint)) = &self.authority {
            body.push_str(&format!("<p>{}</p>", say(WHY)));
            body.push_str(&format!(
                "<a class=\"button button--primary button--wide\" href=\"/mingcha-ca.crt\">{}</a>",
                say(("① 下载证书", "① Download the certificate"))
            ));
            body.push_str(&steps(say(("② 安卓", "② Android")), &ANDROID, say));
            body.push_str(&steps(say(("② iPhone 与 iPad", "② iPhone and iPad")), &IOS, say));
            let label = say((
                "指纹(SHA-256),应与电脑终端上的一致",
                "Fingerprint (SHA-256), the same as in the computer's terminal",
            ));
            body.push_str(&format!(
                "<section class=\"card\"><h2>{label}</h2><p class=\"code help__print\">{fingerprint}</p></section>"
            ));
        }
        body.push_str(&format!(
            "<a class=\"button button--primary button--wide\" href=\"{app}\">{}</a>",
            say(("③ 打开明察", "③ Open Mingcha"))
        ));
        body.push_str(&format!("<p class=\"small muted\">{app}<br>{}</p>", say(ADDRESS)));
        if self.authority.is_some() {
            body.push_str(&format!("<p class=\"small muted\">{}</p>", say(CARE)));
        }
        let title = say(("在手机上打开明察", "Mingcha on your phone"));
        format!(
            "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">{style}</head>\
             <body><main class=\"help stack\"><header class=\"row row--apart\"><h1>{title}</h1>\
             <a class=\"button button--plain\" href=\"/?lang={other}\" lang=\"{other}\">{other_name}</a></header>\
             {body}</main></body></html>",
            lang.tag()
        )
    }
}

fn steps(title: &str, steps: &[Words], say: impl Fn(Words) -> &'static str) -> String {
    let items: String = steps.iter().map(|step| format!("<li>{}</li>", say(*step))).collect();
    format!("<section class=\"card\"><h2>{title}</h2><ol class=\"help__steps\">{items}</ol></section>")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
