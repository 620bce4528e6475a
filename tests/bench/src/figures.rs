//! The figures of a run, as a table and as a report.

use serde_json::{Value, json};
use std::fmt::Write as _;

/// The value that a figure must reach.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
    /// The figure gives context only.
    None,
}

struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    /// The baseline's value, measured in the same run.
    beside: Option<f64>,
    bound: Bound,
}

/// A part of the benchmark that ended before it had all its figures.
struct Failure {
    part: &'static str,
    reason: String,
}

/// The figures of a run, in the order of their measurement, and the parts that failed.
#[derive(Default)]
pub(crate) struct Figures {
    figures: Vec<Figure>,
    failures: Vec<Failure>,
}

impl Figures {
    /// Records that a part failed. The figures that it had by then stay in the report.
    pub(crate) fn fail(&mut self, part: &'static str, reason: String) {
        self.failures.push(Failure { part, reason });
    }

    /// Whether every part has all its figures.
    pub(crate) fn is_complete(&self) -> bool {
        self.failures.is_empty()
    }

    pub(crate) fn add(&mut self, name: &str, value: f64, unit: &'static str, bound: Bound) {
        self.push(name, value, unit, None, bound);
    }

    /// A figure with its baseline's value.
    pub(crate) fn add_beside(
        &mut self,
        name: &str,
        value: f64,
        unit: &'static str,
        beside: f64,
        bound: Bound,
    ) {
        self.push(name, value, unit, Some(beside), bound);
    }

    fn push(
        &mut self,
        name: &str,
        value: f64,
        unit: &'static str,
        beside: Option<f64>,
        bound: Bound,
    ) {
        let name = name.to_owned();
        self.figures.push(Figure { name, value, unit, beside, bound });
    }

    /// `[{name, value, unit, beside?}]`; a part that failed is `{name, failed}`.
    pub(crate) fn report(&self) -> Value {
        let figures = self.figures.iter().map(|figure| {
            let (name, value, unit) = (&figure.name, round(figure.value), figure.unit);
            match figure.beside {
                Some(beside) => {
                    json!({"name": name, "value": value, "unit": unit, "beside": round(beside)})
                }
                None => json!({"name": name, "value": value, "unit": unit}),
            }
        });
        let failures = self.failures.iter();
        let failures =
            failures.map(|failure| json!({"name": failure.part, "failed": failure.reason}));
        figures.chain(failures).collect()
    }

    pub(crate) fn table(&self) -> String {
        let width = self.figures.iter().map(|figure| figure.name.len()).max().unwrap_or(0);
        let mut table = String::new();
        for figure in &self.figures {
            let (name, value, unit) = (&figure.name, written(figure.value), figure.unit);
            let beside =
                figure.beside.map_or(String::new(), |beside| format!("beside {}", written(beside)));
            let bound = match figure.bound {
                Bound::AtMost(bound) => {
                    format!("≤ {}  {}", written(bound), verdict(figure.value <= bound))
                }
                Bound::AtLeast(bound) => {
                    format!("≥ {}  {}", written(bound), verdict(figure.value >= bound))
                }
                Bound::None => String::new(),
            };
            let line = format!("{name:width$}  {value:>10} {unit:<12} {beside:<18} {bound}");
            writeln!(table, "{}", line.trim_end()).expect("a string can be written to");
        }
        for Failure { part, reason } in &self.failures {
            writeln!(table, "{part}: FAILED: {reason}").expect("a string can be written to");
        }
        table
    }
}

fn verdict(reached: bool) -> &'static str {
    if reached { "ok" } else { "MISSED" }
}

fn round(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

fn written(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The value below which `share` of the measures lie; 0.5 gives the median.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a few thousand measures"
)]
pub(crate) fn percentile(measures: &[f64], share: f64) -> f64 {
    let mut sorted = measures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let index = (sorted.len() as f64 * share).ceil() as usize;
    sorted[index.clamp(1, sorted.len()) - 1]
}

/// The middle measure, or the mean of the two in the middle.
pub(crate) fn median(measures: &[f64]) -> f64 {
    let mut sorted = measures.to_vec();
    sorted.sort_by(f64::total_cmp);
    f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2])
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the numbers compared are exact in binary")]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_measures() {
        let measures: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!(percentile(&measures, 0.5), 100.0);
        assert_eq!(percentile(&measures, 0.99), 198.0);
        assert_eq!(median(&measures), 100.5);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
    }

    #[test]
    fn the_report_gives_the_baseline_of_a_figure_that_has_one() {
        let mut figures = Figures::default();
        figures.add("till.purchase.write_units", 5.0, "write units", Bound::AtMost(5.0));
        figures.add_beside("init.api.ratio_to_bare", 1.234_56, "ratio", 4.1, Bound::AtMost(1.5));
        let expected = json!([
            {"name": "till.purchase.write_units", "value": 5.0, "unit": "write units"},
            {"name": "init.api.ratio_to_bare", "value": 1.235, "unit": "ratio", "beside": 4.1},
        ]);
        assert_eq!(figures.report(), expected);
    }

    #[test]
    fn the_table_marks_a_figure_that_misses_its_bound() {
        let mut figures = Figures::default();
        figures.add("a", 1.0, "ms", Bound::AtMost(2.0));
        figures.add("bb", 1.0, "ms", Bound::AtLeast(2.0));
        let table = figures.table();
        assert!(table.contains("≤ 2  ok"), "{table}");
        assert!(table.contains("≥ 2  MISSED"), "{table}");
    }

    #[test]
    fn a_part_that_failed_stands_in_the_table_and_in_the_report() {
        let mut figures = Figures::default();
        figures.add("ingest.peak_mb", 38.0, "MB", Bound::None);
        figures.fail("ingest", "a message failed".to_owned());
        let expected = json!([
            {"name": "ingest.peak_mb", "value": 38.0, "unit": "MB"},
            {"name": "ingest", "failed": "a message failed"},
        ]);
        assert_eq!(figures.report(), expected);
        let table = figures.table();
        assert!(table.contains("ingest: FAILED: a message failed"), "{table}");
        assert!(!figures.is_complete());
    }
}
