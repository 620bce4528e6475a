//! The parameters of a provider's call: each placeholder of a template, by a name, with every
//! recipient's value.

use crate::template::{Piece, Template};
use crate::values::{Field, Style, Values};
use std::collections::BTreeMap;

/// What is left open in the text a provider is given. A field with two fallbacks, or in two styles,
/// is two slots.
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
    /// Writes `template` for the provider: its text by `text`, its placeholders by `placeholder`,
    /// which is given the slot's name.
    pub(crate) fn write(
        &mut self,
        template: &Template,
        style: Style,
        text: impl Fn(&str) -> String,
        placeholder: impl Fn(&str) -> String,
    ) -> String {
        let write_piece = |piece: &Piece| match piece {
            Piece::Text(said) => text(said),
            Piece::Placeholder { field, fallback } => {
                placeholder(self.name(*field, fallback.as_deref(), style))
            }
        };
        template.pieces().iter().map(write_piece).collect()
    }

    /// Each slot's value for one recipient.
    pub(crate) fn values(&self, values: &Values) -> BTreeMap<&str, String> {
        self.slots
            .iter()
            .map(|slot| {
                let value = values.written(slot.field, slot.fallback.as_deref(), slot.style);
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
        let place = known.unwrap_or_else(|| {
            let form = if style == Style::Html { "_html" } else { "" };
            let name = match self.slots.iter().filter(|slot| is_same(slot)).count() {
                0 => format!("{}{form}", field.name()),
                others => format!("{}{form}_{}", field.name(), others + 1),
            };
            self.slots.push(Slot { name, field, fallback: fallback.map(str::to_owned), style });
            self.slots.len() - 1
        });
        &self.slots[place].name
    }
}
