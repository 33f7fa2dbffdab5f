//! Where the columns of a map stand in the rows of its files.

use super::map::{Map, MapError};

/// The place of each field in a row that has been joined.
pub(super) struct Indexes {
    pub(super) member: usize,
    pub(super) order: Option<usize>,
    pub(super) return_id: Option<usize>,
    pub(super) line: Option<usize>,
    pub(super) sku: Option<usize>,
    pub(super) category: Option<usize>,
    pub(super) brand: Option<usize>,
    pub(super) store: Option<usize>,
    pub(super) channel: Option<usize>,
    pub(super) quantity: Option<usize>,
    pub(super) amount: Option<usize>,
    pub(super) unit_price: Option<usize>,
    pub(super) discount: Vec<usize>,
    pub(super) tags: Option<usize>,
    pub(super) currency: Option<usize>,
    pub(super) activity_id: Option<usize>,
    pub(super) activity: Option<usize>,
    pub(super) score: Option<usize>,
    pub(super) birthday: Option<usize>,
    pub(super) segments: Option<usize>,
    pub(super) referred_by: Option<usize>,
    pub(super) tier: Option<usize>,
    pub(super) ladder: Option<usize>,
    pub(super) until: Option<usize>,
    pub(super) reason: Option<usize>,
    pub(super) effective_at: Option<usize>,
}

/// The place of a column.
///
/// # Errors
/// [`MapError::Files`] where there is no such column.
pub(super) fn place(columns: &[String], wanted: &str) -> Result<usize, MapError> {
    columns.iter().position(|column| column == wanted).ok_or_else(|| {
        MapError::Files(format!("the input has no column `{wanted}`; its columns are {}", columns.join(", ")))
    })
}

impl Indexes {
    /// Finds the columns of a map.
    ///
    /// # Errors
    /// [`MapError::Files`] for one that is not there.
    pub(super) fn bind(map: &Map, columns: &[String]) -> Result<Indexes, MapError> {
        let of = |column: &Option<String>| column.as_deref().map(|name| place(columns, name)).transpose();
        let fields = &map.columns;
        Ok(Indexes {
            member: place(columns, &fields.member)?,
            order: of(&fields.order)?,
            return_id: of(&fields.return_id)?,
            line: of(&fields.line)?,
            sku: of(&fields.sku)?,
            category: of(&fields.category)?,
            brand: of(&fields.brand)?,
            store: of(&fields.store)?,
            channel: of(&fields.channel)?,
            quantity: of(&fields.quantity)?,
            amount: of(&fields.amount)?,
            unit_price: of(&fields.unit_price)?,
            discount: fields.discount.iter().map(|name| place(columns, name)).collect::<Result<_, _>>()?,
            tags: of(&fields.tags)?,
            currency: of(&fields.currency)?,
            activity_id: of(&fields.activity_id)?,
            activity: of(&fields.activity)?,
            score: of(&fields.score)?,
            birthday: of(&fields.birthday)?,
            segments: of(&fields.segments)?,
            referred_by: of(&fields.referred_by)?,
            tier: of(&fields.tier)?,
            ladder: of(&fields.ladder)?,
            until: of(&fields.until)?,
            reason: of(&fields.reason)?,
            effective_at: of(&fields.effective_at)?,
        })
    }
}
