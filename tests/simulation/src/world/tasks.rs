//! The tasks of the world. A panic ends its task only, and is collected.

use super::World;
use futures::FutureExt as _;
use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

/// The panics of the tasks.
#[derive(Default, Clone)]
pub(super) struct Panics(Arc<Mutex<Vec<String>>>);

impl Panics {
    /// The result of a future; `None` where it panics.
    pub(super) async fn catch<T>(&self, task: impl Future<Output = T>) -> Option<T> {
        match AssertUnwindSafe(task).catch_unwind().await {
            Ok(result) => Some(result),
            Err(panic) => {
                let text = text_of(&*panic);
                self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text);
                None
            }
        }
    }

    pub(super) fn texts(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl World {
    /// Starts a task, which runs until its end or the end of the run.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let panics = self.panics.clone();
        tokio::spawn(async move { panics.catch(task).await });
    }
}

/// The text of a panic.
pub(crate) fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_collected_with_its_text() {
        let panics = Panics::default();
        let done = crate::run::runtime().block_on(async {
            let number = 7;
            (
                panics.catch(async { number }).await,
                panics.catch::<()>(async { panic!("{number} is wrong") }).await,
            )
        });
        assert_eq!(done, (Some(7), None));
        assert_eq!(panics.texts(), ["7 is wrong"]);
    }
}
