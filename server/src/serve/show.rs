//! What `serve` says on standard output. Logs go to standard error.

use crate::config::Settings;

/// The settings in force, secrets hidden.
pub(crate) fn settings(settings: &Settings) {
    println!("mingcha {}", env!("CARGO_PKG_VERSION"));
    for row in &settings.rows {
        println!("  {:<20} {}  ({})", row.name, row.value, row.source);
    }
}

/// A database without a company: nobody could sign in.
pub(crate) fn nobody_yet() {
    println!(
        "还没有公司,谁也无法登录:mingcha tenant add <代码> --name <公司名称>,再 mingcha user add admin --name <姓名> --role admin\n\
         There is no company yet, and nobody can sign in: mingcha tenant add <CODE> --name <NAME>, then mingcha user add admin --name <NAME> --role admin"
    );
}

/// Our own https with a real certificate.
pub(crate) fn https(address: &str) {
    println!("https: {address}  (地址就是手机上数据的归属 the address is the phones' store's identity)");
}

/// Plain http to the outside is of no use to phones.
pub(crate) fn not_for_phones() {
    println!(
        "注意:手机只在 https 下可用。请用 --lan(局域网)、--tls-cert/--tls-key(正式证书)或 --public-url(前面有代理),见 docs/deploy.md\n\
         Note: phones need https. Use --lan (local network), --tls-cert/--tls-key (a real certificate) or --public-url (a proxy in front); docs/deploy.md"
    );
}
