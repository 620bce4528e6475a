//! The pages of one crate: their texts and their assets.

use crate::assets::{Asset, Assets};
use crate::source;
use crate::texts::Texts;
use std::path::Path;

/// The texts and the assets that the pages of a crate share, joined with those of the shell. A crate of pages has one,
/// as a `static`.
pub struct PageFamily {
    texts: Texts,
    assets: Assets,
}

impl PageFamily {
    /// The contents of the files `fr.ftl` and `en.ftl`, and the files that the pages load. A family may name its site
    /// by the text `site-name`.
    #[must_use]
    pub const fn new(
        french: &'static str,
        english: &'static str,
        assets: &'static [Asset],
    ) -> Self {
        Self { texts: Texts::new(french, english), assets: Assets::new(assets) }
    }

    /// The texts.
    #[must_use]
    pub const fn texts(&self) -> &Texts {
        &self.texts
    }

    pub(crate) const fn assets(&self) -> &Assets {
        &self.assets
    }

    /// What is wrong with the family, for a test of the crate of pages: [`Texts::problems`], and calls `asset("…")`
    /// with an unknown name.
    #[must_use]
    pub fn problems(&self, crate_folder: &Path, also_used: &[&str]) -> Vec<String> {
        let mut problems = self.texts.problems(crate_folder, also_used);
        let calls = source::calls(crate_folder, "asset");
        let unknown = calls.into_iter().filter(|call| !self.assets.has(&call.name));
        problems
            .extend(unknown.map(|call| format!("{}: no such asset: {}", call.place, call.name)));
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static PAGES: PageFamily = PageFamily::new("", "", &[]);

    #[test]
    fn the_templates_of_the_shell_name_texts_and_assets_that_exist() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(PAGES.problems(folder, &[]), Vec::<String>::new());
    }

    #[test]
    fn an_asset_that_is_named_and_missing_is_found() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/missing");
        let problems = PAGES.problems(&folder, &[]);
        assert_eq!(problems, ["templates/page.html:1: no such asset: nowhere.js"]);
    }
}
