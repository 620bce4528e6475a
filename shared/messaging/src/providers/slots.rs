//! The parameters of a provider's call: a name for each placeholder of a template, and each recipient's
//! value under this name.

use crate::text::template::{Piece, Template};
use crate::text::values::{Field, Style, Values};
use std::collections::BTreeMap;

/// The slots of a text: the named gaps that a provider fills for each recipient. A field with two
/// fallbacks, or in two styles, is two slots.
#[derive(Default)]
pub(crate) struct Slots {
    slots: Vec<Slot>,
}

struct Slot {
    name: String,
    field: Field,
    fallback: Option<String>,
    style: Style,
}

impl Slots {
    /// Writes `template` in the provider's template language. `text` writes the merchant's own text;
    /// `placeholder` writes a slot by its name.
    pub(crate) fn write(
        &mut self,
        template: &Template,
        style: Style,
        text: impl Fn(&str) -> String,
        placeholder: impl Fn(&str) -> String,
    ) -> String {
        let write_piece = |piece: &Piece| match piece {
            Piece::Text(piece) => text(piece),
            Piece::Placeholder { field, fallback } => {
                placeholder(self.name(*field, fallback.as_deref(), style))
            }
        };
        template.pieces().iter().map(write_piece).collect()
    }

    /// The value of each slot for one recipient.
    pub(crate) fn values(&self, values: &Values) -> BTreeMap<&str, String> {
        self.slots
            .iter()
            .map(|slot| {
                let value = values.render(slot.field, slot.fallback.as_deref(), slot.style);
                (slot.name.as_str(), value)
            })
            .collect()
    }

    fn name(&mut self, field: Field, fallback: Option<&str>, style: Style) -> &str {
        let is_same = |slot: &Slot| slot.field == field && slot.style == style;
        let known = self
            .slots
            .iter()
            .position(|slot| is_same(slot) && slot.fallback.as_deref() == fallback);
        let position = known.unwrap_or_else(|| {
            let suffix = if style == Style::Html { "_html" } else { "" };
            let name = match self.slots.iter().filter(|slot| is_same(slot)).count() {
                0 => format!("{}{suffix}", field.name()),
                others => format!("{}{suffix}_{}", field.name(), others + 1),
            };
            self.slots.push(Slot { name, field, fallback: fallback.map(str::to_owned), style });
            self.slots.len() - 1
        });
        &self.slots[position].name
    }
}
