//! INIT: from the start of the process to its first request for an event.

use crate::{
    figures::{Bound, Figures, median, percentile},
    function::Function,
    places::binary,
    stack::{Path, Stack},
};

const ROUNDS: usize = 20;
const FUNCTIONS: [&str; 4] = ["api", "bare-init", "hello-world", "account"];

pub(crate) async fn measure(figures: &mut Figures) {
    let stack = Stack::start().await;
    let environment = stack.environment(Path::Direct);
    let mut measures = FUNCTIONS.map(|_| Vec::new());
    let mut peaks = FUNCTIONS.map(|_| 0.0);
    // The first round is not counted: it alone reads the binaries from the disk. The functions take turns,
    // so that a disturbance of the machine affects all of them.
    for round in 0..=ROUNDS {
        for turn in 0..FUNCTIONS.len() {
            let index = (round + turn) % FUNCTIONS.len();
            let function = Function::start(&binary(FUNCTIONS[index]), &environment).await;
            if round > 0 {
                measures[index].push(function.init().as_secs_f64() * 1e3);
                peaks[index] = function.peak_mb();
            }
        }
    }
    let [api, bare, hello, account] = measures.each_ref().map(|measures| median(measures));
    figures.add_beside("init.api.p50_ms", api, "ms", bare, Bound::None);
    let [api_worst, bare_worst, ..] = measures.each_ref().map(|all| percentile(all, 0.99));
    figures.add_beside("init.api.p99_ms", api_worst, "ms", bare_worst, Bound::None);
    figures.add_beside("init.api.ratio_to_bare", api / bare, "ratio", 1.0, Bound::AtMost(1.5));
    figures.add_beside("init.api.memory_mb", peaks[0], "MB", peaks[1], Bound::None);
    let ratio = account / bare;
    figures.add_beside("init.account.ratio_to_bare", ratio, "ratio", 1.0, Bound::AtMost(1.5));
    figures.add_beside("init.account.memory_mb", peaks[3], "MB", peaks[1], Bound::None);
    figures.add("init.hello_world.p50_ms", hello, "ms", Bound::None);
    figures.add("init.hello_world.memory_mb", peaks[2], "MB", Bound::None);
}
