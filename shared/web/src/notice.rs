//! A page of a title and some sentences.

use crate::page::Page;
use crate::texts::Text;
use askama::Template;

/// The page of a title and some sentences.
#[derive(Template)]
#[template(path = "notice.html")]
pub(crate) struct Notice<'a> {
    pub(crate) page: &'a Page,
    pub(crate) title: Text<'a>,
    pub(crate) paragraphs: &'a [Text<'a>],
}
