//! `mingcha bench`: this machine, measured with its own disk and database.

use std::env::current_exe;

use bench::{ALL, Logins, Order, measure};

use super::{arguments::BenchOptions, say::say};
use crate::{
    config::Settings,
    data_dir::DataDir,
    failure::{Exit, Failure, Result},
    postgres,
};

pub(super) async fn run(settings: &Settings, options: BenchOptions) -> Result<()> {
    if let Some(gate) = options.only.iter().find(|gate| !ALL.contains(gate)) {
        return Err(Failure::new(
            Exit::Usage,
            format!("没有第 {gate} 项"),
            format!("there is no gate {gate}: see mingcha bench --help"),
        ));
    }
    let database = match (&settings.database_url, &settings.owner_database_url) {
        (Some(serve), Some(owner)) => {
            Some(Logins { owner: owner.reveal().to_owned(), serve: serve.reveal().to_owned() })
        }
        (Some(_), None) => {
            return Err(Failure::new(
                Exit::Usage,
                "测速要新建一个数据库,需要所有者登录",
                "a database is made for the run: name the owner's login too (MINGCHA_OWNER_DATABASE_URL)",
            ));
        }
        (None, _) => None,
    };
    // Its disk is the one that is measured.
    let data = DataDir::open(&postgres::data_dir(settings))?;
    let scratch = data.root().to_owned();
    say("测速中,请勿同时运行其他程序。", "Measuring: nothing else should run meanwhile.");
    let server = current_exe().map_err(|error| Failure::unexpected("this program", &error))?;
    measure(Order {
        server,
        scratch,
        database,
        only: options.only,
        short: options.short,
        long: false,
        seed: 1,
        runs: options.runs.max(1),
        notes: Vec::new(),
        rows: Vec::new(),
        out: None,
        table: options.table,
    })
    .await
    .map_err(|error| Failure::unexpected("measuring", &format!("{error:#}")))
}
