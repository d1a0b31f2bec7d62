//! A list is a walk over an index for each state, none of them longer than a page; the few rows that come of them are
//! put in order.
//!
//! Each shape of filter has a statement of its own. It is prepared once a connection and keeps the plan that holds for
//! every value: the filters are not written as "is null or", so there is one index for each shape, whatever is asked.
//! To plan anew cost more than the walk itself.

use sqlx::{AssertSqlSafe, postgres::PgRow};
use uuid::Uuid;

use super::Stretch;
use crate::{Tx, error::Result, planned::kept_plan};

/// What a list walks over, and what its rows are made of.
pub(super) struct Ground {
    /// The table; it has a column `state`.
    pub(super) table: &'static str,
    /// The column of the moment that the list is ordered by, ms.
    pub(super) at: &'static str,
    /// The id, which decides among rows of one moment.
    pub(super) id: &'static str,
    /// What a row of the list holds: columns of the table as `w`, and of what is joined.
    pub(super) columns: &'static str,
    /// What is joined with the rows of one page.
    pub(super) joins: &'static str,
}

/// What a filter compares a column with.
pub(super) enum Value {
    Small(i16),
    Text(String),
    Id(Uuid),
    /// Any of these.
    Ids(Vec<Uuid>),
}

/// A list as it is asked for.
pub(super) struct Walk {
    ground: &'static Ground,
    states: Vec<i16>,
    conditions: String,
    values: Vec<Value>,
}

/// Parameters before those of the filter: the place from which the walk begins.
const PLACE: usize = 2;

impl Walk {
    /// Through the rows in these states.
    pub(super) const fn new(ground: &'static Ground, states: Vec<i16>) -> Self {
        Self { ground, states, conditions: String::new(), values: Vec::new() }
    }

    /// Of these only the ones whose `column` has `value`; all for `None`.
    pub(super) fn only(mut self, column: &'static str, value: Option<Value>) -> Self {
        let Some(value) = value else { return self };
        let number = PLACE + self.values.len() + 1;
        self.conditions += &match value {
            Value::Ids(_) => format!(" AND {column} = ANY (${number})"),
            Value::Small(_) | Value::Text(_) | Value::Id(_) => format!(" AND {column} = ${number}"),
        };
        self.values.push(value);
        self
    }

    /// Of these only the ones for which `condition` holds, if it is asked for.
    pub(super) fn only_where(mut self, condition: &'static str, asked: bool) -> Self {
        if asked {
            self.conditions += " AND ";
            self.conditions += condition;
        }
        self
    }

    fn statement(&self, upwards: bool, limit: usize) -> String {
        let Ground { table, at, id, columns, joins } = self.ground;
        let (compare, order) = if upwards { (">", "ASC") } else { ("<", "DESC") };
        let conditions = &self.conditions;
        let first = PLACE + self.values.len() + 1;
        let walks = (first..first + self.states.len()).map(|state| {
            format!(
                "(SELECT * FROM {table} WHERE state = ${state} AND ({at}, {id}) {compare} ($1, $2){conditions} \
                 ORDER BY {at} {order}, {id} {order} LIMIT {limit})"
            )
        });
        let walks = walks.collect::<Vec<_>>().join(" UNION ALL ");
        format!(
            "SELECT {columns} FROM (SELECT * FROM ({walks}) AS u ORDER BY {at} {order}, {id} {order} LIMIT {limit}) AS w \
             {joins} ORDER BY w.{at} {order}, w.{id} {order}"
        )
    }

    /// Up to `limit` rows, in the order of `stretch`.
    pub(super) async fn fetch(self, tx: &mut Tx, stretch: Stretch, limit: usize) -> Result<Vec<PgRow>> {
        let (from, upwards) = stretch.from();
        let statement = self.statement(upwards, limit);
        let mut query = sqlx::query(AssertSqlSafe(statement)).bind(from.at).bind(from.id);
        for value in self.values {
            query = match value {
                Value::Small(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Id(value) => query.bind(value),
                Value::Ids(value) => query.bind(value),
            };
        }
        for state in self.states {
            query = query.bind(state);
        }
        Ok(query.fetch_all(&mut **tx).await?)
    }

    /// The plan that is kept for every list of this shape: which values it has makes no difference.
    pub(super) async fn plan(self, tx: &mut Tx, stretch: Stretch, limit: usize) -> Result<Vec<String>> {
        let values = PLACE + self.values.len() + self.states.len();
        kept_plan(tx, &self.statement(stretch.from().1, limit), values).await
    }
}
