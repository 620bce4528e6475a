//! The history of a run: every call with its answer, in their order.

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How much of a history is kept. What is kept costs time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// The number of calls.
    Count,
    /// A hash of the history, by which two runs are compared.
    Hash,
    /// The hash, and a line for each call.
    Lines,
}

/// The history of a run.
pub struct History {
    state: Mutex<State>,
    detail: Detail,
}

struct State {
    hash: Sha256,
    calls: u64,
    lines: Vec<String>,
}

/// How much of a request or an answer a line shows.
const SHOWN: usize = 400;

impl History {
    /// An empty history.
    #[must_use]
    pub fn new(detail: Detail) -> Self {
        let state = State { hash: Sha256::new(), calls: 0, lines: Vec::new() };
        Self { state: Mutex::new(state), detail }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a call: who called at which instant, what was asked and what was answered.
    pub(crate) fn call(&self, head: impl FnOnce() -> String, request: &[u8], answer: &[u8]) {
        if self.detail == Detail::Count {
            self.state().calls += 1;
            return;
        }
        let head = head();
        let (request, answer) = (canonical(request), canonical(answer));
        let mut state = self.state();
        state.calls += 1;
        for text in [&head, &request, &answer] {
            state.hash.update(text.len().to_be_bytes());
            state.hash.update(text.as_bytes());
        }
        if self.detail == Detail::Lines {
            let mut line = head;
            let _ = write!(line, " {} → {}", shown(&request), shown(&answer));
            state.lines.push(line);
        }
    }

    /// Adds an event that is no call.
    pub(crate) fn event(&self, text: impl FnOnce() -> String) {
        if self.detail == Detail::Count {
            return;
        }
        let text = text();
        let mut state = self.state();
        state.hash.update(text.as_bytes());
        if self.detail == Detail::Lines {
            state.lines.push(shown(&text));
        }
    }

    /// The number of calls.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    /// The hash of everything until now, in hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> String {
        let state = self.state();
        let digest = state.hash.clone().finalize();
        digest.iter().take(16).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// The lines, which are empty where they are not kept.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.state().lines.clone()
    }
}

/// JSON with its fields in the order of their names; any other content as it is, where it is text.
fn canonical(content: &[u8]) -> String {
    match serde_json::from_slice::<Value>(content) {
        Ok(value) => value.to_string(),
        Err(_) => String::from_utf8_lossy(content).into_owned(),
    }
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
