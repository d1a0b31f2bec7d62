//! Every word of the command line, with its explanation.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use domain::role::Role;

use crate::{config::Layer, failure::EXIT_CODES};

const BENCH: &str = "\
It runs a second server for the time of the run, in a folder of its own inside the data directory, and leaves nothing
behind. With a PostgreSQL of one's own (DATABASE_URL, and the owner's login, which must be allowed to make databases) it
makes a database there and drops it at the end; without one it starts one beside it. Phones are played by this process
over loopback. All gates take about ten minutes and up to 3 GB; the figures mean something only while nothing else runs.";

const EXAMPLES: &str = "\
Examples:
  mingcha serve --demo                          try it: http://127.0.0.1:3000, with a demo city
  mingcha serve --lan                           the same for phones on this network (https, QR code)
  mingcha serve --config /etc/mingcha.toml      settings from a file
  DATABASE_URL=postgres://mingcha_serve:…@db/mingcha mingcha serve
                                                with a PostgreSQL that is already there

A new installation without the demo (with an existing PostgreSQL `migrate` comes first):
  mingcha tenant add yunchuan --name 云川市分公司        the company, with the five checklists
  mingcha user add admin --name 张三 --role admin         asks for the password
  mingcha import org units.csv; mingcha import venues venues.csv

A settings file is TOML, with the names of the flags and _ for -:
  addr = \"127.0.0.1:3000\"
  data_dir = \"/var/lib/mingcha\"
  public_url = \"https://mingcha.example.cn\"";

fn after_help() -> String {
    format!("{EXAMPLES}\n\n{EXIT_CODES}")
}

/// Mingcha 明察: mystery visits, made offline on a phone, seen at HQ.
///
/// One program: it serves the phone's app at /field and HQ at /hq, and runs its
/// own PostgreSQL unless DATABASE_URL names another.
#[derive(Debug, Parser)]
#[command(name = "mingcha", version, after_help = after_help(), subcommand_required = true, arg_required_else_help = true)]
pub struct Arguments {
    /// A settings file (TOML). A name that nobody knows in it is an error.
    #[arg(long, env = "MINGCHA_CONFIG", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Settings.
    #[command(flatten)]
    pub layer: Layer,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve phones and HQ until Ctrl-C. Prints `ready: <url>` when it really serves.
    Serve(ServeOptions),
    /// Bring the database up to this build's schema (needs the owner's login; an embedded one does it by itself).
    Migrate,
    /// Install the demo city into an empty database, and print its accounts. Refuses any other database.
    Demo,
    /// Companies: the first thing that a new installation needs.
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// People: the first administrator, new passwords, and who may no longer act.
    #[command(subcommand)]
    User(UserCommand),
    /// Read a list of units or venues from a CSV file, whole or not at all.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Work the log out again and compare: rows, chain, signatures, photos and memos. Exit code 9 if anything differs.
    Verify(VerifyOptions),
    /// Measure this machine: server and database against what disk, COPY and PostgreSQL can do here.
    #[command(after_help = BENCH)]
    Bench(BenchOptions),
    /// Write database and media into a new folder, verified. Works while the server runs.
    #[command(after_help = BACKUP)]
    Backup {
        /// The folder to make. It must not exist.
        to: PathBuf,
    },
    /// Read a backup into an empty database, and verify it.
    #[command(after_help = RESTORE)]
    Restore {
        /// A folder that `mingcha backup` made.
        from: PathBuf,
    },
}

/// What is said to `serve` alone.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeOptions {
    /// Install the demo city first if the database is empty, and print its accounts.
    #[arg(long)]
    pub demo: bool,
}

/// What is said to `bench` alone.
#[derive(Args, Clone, Debug)]
pub struct BenchOptions {
    /// Only these gates: 1 (with 4 and the cost of 16), 2, 3, 5, 12, 14, 16, 17.
    #[arg(long, value_delimiter = ',', value_name = "GATE")]
    pub only: Vec<u32>,
    /// Only to see that everything runs: few rows, one run, nothing to be compared.
    #[arg(long)]
    pub short: bool,
    /// How often each measurement is made.
    #[arg(long, default_value_t = 5, value_name = "TIMES")]
    pub runs: usize,
    /// Write the table of the run into this file, as Markdown.
    #[arg(long, value_name = "FILE")]
    pub table: Option<PathBuf>,
}

/// Which company.
#[derive(Args, Clone, Debug, Default)]
pub struct OfTenant {
    /// The company's sign-in code; needed where there are several.
    #[arg(long, value_name = "CODE")]
    pub tenant: Option<String>,
}

/// About companies.
#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Add a company with the five checklists. Its people sign in under CODE.
    Add {
        /// What people type at sign-in: 2 to 30 of a-z, 0-9 and -.
        code: String,
        /// The company's name.
        #[arg(long)]
        name: String,
        /// The company's name in English.
        #[arg(long)]
        name_en: Option<String>,
        /// Minutes east of UTC: the company's clock.
        #[arg(long, default_value_t = 480, value_parser = clap::value_parser!(i32).range(-840..=840), value_name = "MINUTES", allow_negative_numbers = true)]
        zone: i32,
    },
    /// List the companies.
    List,
}

/// About people.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a person. The password is asked for, or read from standard input; it never stands on the command line.
    #[command(after_help = USER)]
    Add {
        /// The login name.
        login: String,
        /// What the person is called.
        #[arg(long)]
        name: String,
        /// What they may do; may be said several times.
        #[arg(long = "role", required = true, value_parser = role, value_name = "ROLE")]
        roles: Vec<Role>,
        /// The code of the unit to which they belong.
        #[arg(long, value_name = "CODE")]
        unit: Option<String>,
        #[command(flatten)]
        of: OfTenant,
    },
    /// Give a person a new password. Their sessions end; what their phone still holds can be handed in.
    Passwd {
        /// The login name.
        login: String,
        #[command(flatten)]
        of: OfTenant,
    },
    /// End a person's access. Phones may still hand in what they hold; it waits for HQ.
    Revoke {
        /// The login name.
        login: String,
        /// Why; kept in the log.
        #[arg(long, default_value = "")]
        reason: String,
        #[command(flatten)]
        of: OfTenant,
    },
    /// Let a person in again whose access was ended, with a new password. What was held meanwhile waits for HQ still.
    Reopen {
        /// The login name.
        login: String,
        #[command(flatten)]
        of: OfTenant,
    },
}

/// What to import.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Units: city company, departments, county branches, halls, agents.
    #[command(after_help = ORG)]
    Org {
        /// The file.
        csv: PathBuf,
        #[command(flatten)]
        of: OfTenant,
    },
    /// Venues of the five kinds. Their units exist already.
    #[command(after_help = VENUES)]
    Venues {
        /// The file.
        csv: PathBuf,
        #[command(flatten)]
        of: OfTenant,
    },
}

/// How to verify.
#[derive(Args, Clone, Debug, Default)]
pub struct VerifyOptions {
    #[command(flatten)]
    pub of: OfTenant,
    /// Leave photos and memos out: quick, and blind to a damaged disk.
    #[arg(long)]
    pub no_media: bool,
    /// Heads that a phone, an export or an earlier `verify` was given (JSON, one a line): each must stand in the log.
    #[arg(long, value_name = "FILE")]
    pub witness: Option<PathBuf>,
}

fn role(code: &str) -> Result<Role, String> {
    Role::from_code(code).ok_or_else(|| {
        let all: Vec<&str> = Role::ALL.iter().map(|role| role.code()).collect();
        format!("角色是其中之一 one of: {}", all.join(", "))
    })
}

const USER: &str = "\
Roles: admin, steering, office, reviewer, department, visitor, inspector, head, liaison, hall, arbiter,
       custodian, observer, auditor

Examples:
  mingcha user add admin --name 张三 --role admin
  mingcha user add li --name 李四 --role office --role reviewer < password.txt";

const ORG: &str = "\
The first line names the columns, in Chinese or English, in any order:
  代码 code      the unit's code, unique
  名称 name      its name
  类型 kind      市公司 city | 部门 department | 县分公司 county | 营业厅 hall | 代理点 agent
  上级 parent    the code of the unit above, in this file or there already; empty for the city company
  英文名 name_en  optional

A unit whose code is there already is replaced and keeps its id. UTF-8 (with or without mark) or GB18030.
The file is taken whole, as one op, or not at all: then every faulty line and column is named.

Template:
  代码,名称,类型,上级
  YC,云川市分公司,市公司,
  CD,城东区分公司,县分公司,YC
  CD01,清河路营业厅,营业厅,CD";

const VENUES: &str = "\
The first line names the columns, in Chinese or English, in any order:
  代码 code     the venue's code, unique
  名称 name     its name
  类型 kind     测试点 test_point | 热线 hotline | 营业厅 hall | 网上营业厅 online | 计费 billing
  单位 unit     the code of the unit that answers for it
  地址 address, 营业时间 hours, 英文名 name_en    optional
  纬度 lat, 经度 lon    degrees; both or neither. Without them the venue shows 无坐标, never a distance
  坐标系 crs    wgs84 | gcj02 | bd09; needed with a position. Converted once, the original is kept
  合作 agent, 农村 rural    是 yes | 否 no; empty is no

A venue whose code is there already is replaced and keeps its id. UTF-8 (with or without mark) or GB18030.
The file is taken whole, as one op, or not at all: then every faulty line and column is named.

Template:
  代码,名称,类型,单位,地址,纬度,经度,坐标系,营业时间,合作,农村
  H001,清河路营业厅,营业厅,CD01,清河路 118 号,31.2312,121.5020,gcj02,08:30-18:00,否,否
  R100,客服热线,热线,YC,,,,,24 小时,,";

const BACKUP: &str = "\
What is in it: database.dump (every row, as of one moment), media/ (every photo and memo that those rows name),
manifest.json (sums of all of it, where each log stood, the public keys). It is written beside its place and moved
there at the end: a folder under the final name is whole.

What is not: sessions and one-time links (a restored one would let in again who was shut out since), uploads that are
under way (phones begin them anew), and the signing keys in keys/. Keep a copy of those apart from the backup.";

const RESTORE: &str = "\
Stop the server first. If you have a copy of keys/, put it into the data folder before: then the same key goes on
signing. Without it a new key is made, and the old public keys come from the backup, so that receipts stay good.

Afterwards people sign in again, and phones offer anew what the backup lacks: when the first one shows a receipt from
after the backup, the server opens a new epoch and says so in its log.";
