//! The recipients that may receive messages. Outside production only the recipients on a list may, so that a
//! test campaign reaches no real person.

/// The recipients that may be written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// Every recipient, in production.
    Everybody,
    /// The listed addresses and mobiles: whole, by their beginning (`+3363998*`) or by their end
    /// (`*@example.com`).
    Only(Vec<String>),
}

impl Allowed {
    /// The stage `live` is production. Any other stage has the list, separated by commas.
    #[must_use]
    pub fn of(stage: &str, list: &str) -> Self {
        if stage == "live" {
            return Self::Everybody;
        }
        let patterns = list.split(',').map(str::trim).filter(|pattern| !pattern.is_empty());
        Self::Only(patterns.map(str::to_lowercase).collect())
    }

    /// Whether a message may go to `address`, an e-mail address in lower case or a mobile in E.164.
    #[must_use]
    pub fn allows(&self, address: &str) -> bool {
        match self {
            Self::Everybody => true,
            Self::Only(patterns) => patterns.iter().any(|pattern| matches(pattern, address)),
        }
    }
}

fn matches(pattern: &str, address: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), None) => !end.is_empty() && address.ends_with(end),
        (None, Some(beginning)) => !beginning.is_empty() && address.starts_with(beginning),
        (None, None) => pattern == address,
        (Some(_), Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("live", "", "camille@example.org", true)]
    #[case("test", "", "camille@example.com", false)]
    #[case("test", "*@example.com", "camille@example.com", true)]
    #[case("test", "*@example.com", "camille@example.com.evil.example", false)]
    #[case("test", "*@Example.com, +3363998*", "+33639980012", true)]
    #[case("test", "+3363998*", "+33612345678", false)]
    #[case("test", "camille@example.com", "xcamille@example.com", false)]
    #[case("test", "*", "camille@example.com", false)]
    #[case("test", "**", "camille@example.com", false)]
    fn outside_production_only_listed_recipients_are_written_to(
        #[case] stage: &str,
        #[case] list: &str,
        #[case] address: &str,
        #[case] allowed: bool,
    ) {
        assert_eq!(Allowed::of(stage, list).allows(address), allowed);
    }
}
