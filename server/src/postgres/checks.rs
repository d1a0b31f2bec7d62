//! What a database must be before we serve on it: it keeps what it confirms,
//! and the login can do no more than it needs.

use store::Inspection;

use crate::{
    failure::{Exit, Failure, Result},
    secret::Secret,
};

/// Whom the check is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// The serving login: it must also own nothing and bypass nothing.
    Serving,
    /// The owner's login, for maintenance.
    Owner,
}

/// Signs in at `url` and looks.
///
/// # Errors
/// [`Exit::Postgres`] if nobody answers, [`Exit::Unsafe`] with every reason at once.
pub async fn check(url: &Secret, strictness: Strictness) -> Result<()> {
    let inspection = store::inspect(url.reveal()).await.map_err(|error| {
        Failure::new(
            Exit::Postgres,
            format!("连不上数据库 {url}:{error}"),
            format!("the database {url} cannot be reached: {error}"),
        )
    })?;
    if !inspection.data_checksums {
        tracing::warn!(
            "this database has no data checksums: a failing disk would go unnoticed (initdb --data-checksums)"
        );
    }
    let reasons = reasons(&inspection, strictness);
    if reasons.is_empty() {
        return Ok(());
    }
    let join = |pick: fn(&(String, String)) -> &str| reasons.iter().map(pick).collect::<Vec<_>>().join("\n  ");
    Err(Failure::new(
        Exit::Unsafe,
        format!("这个数据库不安全,不能在其上运行:\n  {}", join(|(zh, _)| zh)),
        format!("this database is not safe to serve on:\n  {}", join(|(_, en)| en)),
    ))
}

/// Every reason not to go on, in Chinese and English.
fn reasons(found: &Inspection, strictness: Strictness) -> Vec<(String, String)> {
    let mut reasons = Vec::new();
    let mut add = |zh: String, en: String| reasons.push((zh, en));
    for (name, value) in [("fsync", &found.fsync), ("full_page_writes", &found.full_page_writes)] {
        if value != "on" {
            add(
                format!("{name}={value}:断电后数据可能损坏。请在 postgresql.conf 中设为 on"),
                format!("{name}={value}: a power cut may destroy data. Set it to on in postgresql.conf"),
            );
        }
    }
    if found.synchronous_commit == "off" {
        add(
            "synchronous_commit=off:已确认的提交可能丢失。请对该登录和数据库设为 on".to_owned(),
            "synchronous_commit=off: a confirmed commit may be lost. Set it to on for this login and database"
                .to_owned(),
        );
    }
    if found.encoding != "UTF8" {
        add(
            format!("数据库编码是 {},必须是 UTF8", found.encoding),
            format!("the database's encoding is {}; it must be UTF8", found.encoding),
        );
    }
    if found.version < 150_000 {
        add(
            format!("PostgreSQL 版本过旧({}),需要 15 或更新", found.version / 10_000),
            format!("PostgreSQL {} is too old; 15 or newer is needed", found.version / 10_000),
        );
    }
    if strictness == Strictness::Serving {
        let login = &found.login;
        for (is, zh, en) in [
            (found.superuser, "是超级用户", "is a superuser"),
            (found.bypasses_rls, "可绕过行级安全(BYPASSRLS)", "bypasses row-level security (BYPASSRLS)"),
            (found.owns, "拥有本系统的表或数据库", "owns tables of this system or the database"),
        ] {
            if is {
                add(
                    format!("登录 {login} {zh}。请用 mingcha_serve 登录(见 docs/deploy.md)"),
                    format!("the login {login} {en}. Sign in as mingcha_serve (docs/deploy.md)"),
                );
            }
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Inspection {
        Inspection {
            fsync: "on".to_owned(),
            full_page_writes: "on".to_owned(),
            synchronous_commit: "on".to_owned(),
            data_checksums: true,
            encoding: "UTF8".to_owned(),
            version: 150_009,
            login: "mingcha_serve".to_owned(),
            superuser: false,
            bypasses_rls: false,
            owns: false,
        }
    }

    #[test]
    fn each_danger_alone_is_a_reason() {
        assert!(reasons(&good(), Strictness::Serving).is_empty());
        let off = || "off".to_owned();
        for (what, bad) in [
            ("fsync", Inspection { fsync: off(), ..good() }),
            ("full_page_writes", Inspection { full_page_writes: off(), ..good() }),
            ("synchronous_commit", Inspection { synchronous_commit: off(), ..good() }),
            ("encoding", Inspection { encoding: "SQL_ASCII".to_owned(), ..good() }),
            ("too old", Inspection { version: 140_012, ..good() }),
            ("superuser", Inspection { superuser: true, ..good() }),
            ("BYPASSRLS", Inspection { bypasses_rls: true, ..good() }),
            ("owns", Inspection { owns: true, ..good() }),
        ] {
            let found = reasons(&bad, Strictness::Serving);
            assert_eq!(found.len(), 1, "{what}");
            assert!(found[0].1.contains(what), "{what}: {}", found[0].1);
        }
        let owner = Inspection { superuser: true, owns: true, bypasses_rls: true, ..good() };
        assert!(reasons(&owner, Strictness::Owner).is_empty());
        assert_eq!(reasons(&owner, Strictness::Serving).len(), 3);
    }
}
