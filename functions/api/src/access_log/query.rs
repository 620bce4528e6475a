//! The entries of the access log that a request asks for: the query parameters `from`, `until` and `member`.

use crate::schema::{Date, Identifier};
use domain::access_log::Period;
use domain::{Day, Instant, MemberId};
use http_edge::problem::Kind;
use http_edge::query::Parameters;
use http_edge::{FieldError, Problem};
use utoipa::IntoParams;

/// The entries of an access log.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters that `Wanted` reads")]
pub(crate) struct AccessQuery {
    /// The first day in the time zone Europe/Paris: by default the first one for which entries are stored.
    #[param(value_type = Date, required = false)]
    from: String,
    /// The last day in the time zone Europe/Paris, which is included: today by default.
    #[param(value_type = Date, required = false)]
    until: String,
    /// The identifier of a member: only the entries that show this member, and the member's own.
    #[param(value_type = Identifier, required = false)]
    member: String,
}

/// The query parameters `from`, `until` and `member`.
#[derive(Default)]
pub(crate) struct Wanted {
    from: Option<Day>,
    until: Option<Day>,
    pub(crate) member: Option<MemberId>,
}

impl Parameters for Wanted {
    fn read(&mut self, name: &str, value: &str, errors: &mut Vec<FieldError>) -> bool {
        let refused = match name {
            "from" => Day::parse(value).map(|day| self.from = Some(day)),
            "until" => Day::parse(value).map(|day| self.until = Some(day)),
            "member" => MemberId::parse(value).map(|member| self.member = Some(member)),
            _ => return false,
        };
        if let Err(why) = refused {
            errors.push(FieldError::of_parameter(name, why.into(), why.to_string()));
        }
        true
    }
}

impl Wanted {
    /// The period, at an instant.
    pub(crate) fn period(&self, now: Instant) -> Result<Period, Problem> {
        Period::of_days(self.from, self.until, now).map_err(|why| {
            let error = FieldError::of_parameter("until", why.into(), why.to_string());
            Problem::fields(Kind::Malformed, vec![error])
        })
    }

    /// The name of the list in its cursors.
    pub(crate) fn list(&self) -> String {
        fn text<T: ToString>(value: Option<T>) -> String {
            value.map_or_else(String::new, |value| value.to_string())
        }
        let Self { from, until, member } = self;
        format!("access log {}|{}|{}", text(*from), text(*until), text(*member))
    }
}
