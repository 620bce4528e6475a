//! The number of uses of a coupon, in requests and in answers.

use crate::codes;
use crate::schema::{Form, constant, one_of};
use domain::coupon::offer;
use http_edge::Fields;
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Whether a code is used once.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum UsageType {
    Single,
    Multi,
}

/// The number of uses of a code. Which fields it has depends on its type.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Usage {
    r#type: UsageType,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_member: Option<u32>,
}

impl PartialSchema for Usage {
    fn schema() -> RefOr<Schema> {
        let limit = "The uses of a code in all, at least `limit_member`. Counting begins when a limit is first set.";
        let limit_member = "The uses of the offer by one member, whom the till must then name.";
        one_of(
            "The number of uses of a code: one purchase (`single`) or several (`multi`). A code of several \
             uses needs a `limit`; or a `limit_member` and a last day of its offer.",
            [
                Form::new().with("type", constant("single")),
                Form::new()
                    .with("type", constant("multi"))
                    .with("limit", count(limit, offer::Usage::MOST_SHARED_USES))
                    .optionally("limit_member", count(limit_member, u32::MAX)),
                Form::new()
                    .with("type", constant("multi"))
                    .with("limit_member", count(limit_member, u32::MAX)),
            ],
        )
    }
}

impl ToSchema for Usage {}

fn count(description: &str, most: u32) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(most))
        .description(Some(description))
        .build()
}

impl Usage {
    pub(super) const fn of(usage: offer::Usage) -> Self {
        match usage {
            offer::Usage::Single => {
                Self { r#type: UsageType::Single, limit: None, limit_member: None }
            }
            offer::Usage::Multi { limit, limit_member } => {
                Self { r#type: UsageType::Multi, limit, limit_member }
            }
        }
    }

    pub(super) fn read(&self, fields: &mut Fields) -> offer::Usage {
        let (limit, limit_member) = (self.limit, self.limit_member);
        match self.r#type {
            UsageType::Multi => offer::Usage::Multi { limit, limit_member },
            UsageType::Single => {
                for (name, given) in [("limit", limit), ("limit_member", limit_member)] {
                    if given.is_some() {
                        let detail = "goes with the type multi only";
                        fields.note(&format!("/usage/{name}"), codes::OTHER_TYPE, detail);
                    }
                }
                offer::Usage::Single
            }
        }
    }
}
